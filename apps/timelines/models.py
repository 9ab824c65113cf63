"""The tables of the ``orm`` backend, because Django looks for models here; what every backend keeps in the database."""

from django.db import models

from apps.core.fields import IdField, RefField

from .backends.orm.models import EntryRow, Epoch, Garbage, Header

__all__ = ["EntryRow", "Epoch", "FanoutPosition", "Garbage", "Header", "StoreSeen"]


class FanoutPosition(models.Model):
    """How far a large fan-out has come, keyed by its activity: all followers up to ``position`` have it.

    It moves by compare-and-set, so of two that push the same only one goes on.
    """

    id = IdField()
    position = RefField()
    moved_at = models.DateTimeField()

    class Meta:
        db_table = "timelines_fanout"

    def __str__(self) -> str:
        return f"{self.id} up to {self.position}"


class StoreSeen(models.Model):
    """The one row that says as which incarnation the store of timelines was seen last, and what is owed since.

    ``owed_since``: what was pushed and dropped since then is to be delivered again; none if nothing is.
    """

    id = IdField()
    incarnation = models.CharField(max_length=500)
    seen_at = models.DateTimeField()
    owed_since = models.DateTimeField(null=True, default=None)

    class Meta:
        db_table = "timelines_store"

    def __str__(self) -> str:
        return self.incarnation
