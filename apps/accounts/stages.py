"""What follows a suspension: every session of the account ends."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F

from apps.journal.activities import Activity, Verb
from apps.journal.projection import stage

from . import flags
from .models import User


@stage("sessions", Verb.SUSPEND, inline=True)
def end_sessions(activities: Sequence[Activity], *, now: datetime) -> None:
    """Raise the account's epoch, which every session was made under. Raising it again does no harm."""
    ids = [activity.object_id for activity in activities]
    User.objects.filter(pk__in=ids).update(session_epoch=F("session_epoch") + 1)
    flags.forget(ids)
