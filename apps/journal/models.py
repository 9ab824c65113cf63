"""The tables of the ``orm`` backend, because Django looks for models here; leases; a name for the admin's page."""

from django.db import models

from apps.core.fields import IdField, RefField

from .backends.orm.models import ActivityRow, ClaimRow, FailureRow, MarkRow, TombstoneRow, WatermarkRow

__all__ = ["ActivityRow", "ClaimRow", "FailureRow", "JournalRecord", "Lease", "MarkRow", "TombstoneRow", "WatermarkRow"]


class Lease(models.Model):
    """Who does what one should do at a time, and until when they are taken to be alive. Keyed by what it is."""

    id = IdField()
    holder = RefField()
    until = models.DateTimeField()

    class Meta:
        db_table = "journal_lease"

    def __str__(self) -> str:
        return f"{self.holder} until {self.until}"


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
