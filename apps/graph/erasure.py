"""What erasing a person takes along here: the counts of whom they followed are asked for anew."""

from typing import Any
from uuid import UUID

from django.dispatch import receiver

from apps.journal.signals import erased

from .models import Count, Pair


@receiver(erased, dispatch_uid="graph.erase")
def erase(*, actor_id: UUID, **_: Any) -> None:
    """Delete the counts of a person; the pairs went with the projected tables."""
    Pair.objects.filter(low=actor_id).delete()
    Pair.objects.filter(high=actor_id).delete()
    Count.objects.filter(pk__in=list(Count.objects.filter(object=actor_id).values_list("pk", flat=True))).delete()
