"""What erasing a person takes along here: their pairs, their counts; the counts of the others are asked for anew."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.dispatch import receiver

from apps.journal.signals import erased

from . import counters
from .models import Pair
from .selectors import FOLLOWERS, FOLLOWING

_BATCH = 500


@receiver(erased, dispatch_uid="graph.erase")
def erase(*, actor_id: UUID, **_: Any) -> None:
    """Delete an erased person's pairs, in parts, and their counts."""
    for end, other in (("low", "high"), ("high", "low")):
        pairs = Pair.objects.filter(**{end: actor_id}).values_list("pk", other)
        while part := list(pairs[:_BATCH]):
            _delete([id for id, _ in part], [person for _, person in part])
    counters.forget(object_id=actor_id)


def _delete(pairs: Sequence[UUID], others: Sequence[UUID]) -> None:
    """Delete ``pairs``. Counts are asked for before, as the process may die, and after, as a recount may run meanwhile."""
    changed = [(person, kind) for person in others for kind in (FOLLOWERS, FOLLOWING)]
    counters.ask(changed)
    Pair.objects.filter(pk__in=pairs).delete()
    counters.ask(changed)
