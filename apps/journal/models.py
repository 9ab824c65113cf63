"""The tables of the ``orm`` backend, because Django looks for models here; and a name for the admin's page."""

from django.db import models

from apps.core.fields import IdField

from .backends.orm.models import ActivityRow, ClaimRow, FailureRow, MarkRow, TombstoneRow, WatermarkRow

__all__ = ["ActivityRow", "ClaimRow", "FailureRow", "JournalRecord", "MarkRow", "TombstoneRow", "WatermarkRow"]


class JournalRecord(models.Model):
    """No table: it gives the journal a place in the admin site and a permission to read it."""

    id = IdField()

    class Meta:
        managed = False
        default_permissions = ("view",)
        verbose_name = "journal"
        verbose_name_plural = "journal"

    def __str__(self) -> str:
        return str(self.id)
