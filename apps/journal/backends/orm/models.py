from django.db import models

from apps.core.fields import DataField, IdField, RefField


class ActivityRow(models.Model):
    """One activity. Its id is its acceptance, so the key's order is the order of time."""

    id = IdField()
    actor_id = RefField()
    verb = models.CharField(max_length=16)
    object_id = RefField()
    payload = DataField()

    class Meta:
        db_table = "journal_activity"
        indexes = (
            models.Index(fields=["actor_id", "id"], name="journal_activity_actor"),
            models.Index(fields=["object_id", "actor_id"], name="journal_activity_object"),
        )

    def __str__(self) -> str:
        return f"{self.verb} {self.object_id}"


class ClaimRow(models.Model):
    """An idempotency key of one actor, with the activity that it stands for. Keyed by both."""

    id = IdField()
    actor_id = RefField(db_index=True)
    digest = models.CharField(max_length=64)
    activity = DataField()
    claimed_at = RefField(db_index=True)

    class Meta:
        db_table = "journal_claim"

    def __str__(self) -> str:
        return str(self.id)


class MarkRow(models.Model):
    """That a stage of an activity is done. Keyed by both."""

    id = IdField()
    activity_id = RefField(db_index=True)
    stage = models.CharField(max_length=16)

    class Meta:
        db_table = "journal_mark"

    def __str__(self) -> str:
        return f"{self.stage} of {self.activity_id}"


class FailureRow(models.Model):
    """How often a stage of an activity failed, and what it said last. Keyed by both."""

    id = IdField()
    activity_id = RefField(db_index=True)
    stage = models.CharField(max_length=16)
    times = models.IntegerField(default=0)
    error = models.TextField(default="")

    class Meta:
        db_table = "journal_failure"

    def __str__(self) -> str:
        return f"{self.stage} of {self.activity_id}: {self.error}"


class TombstoneRow(models.Model):
    """That a person was erased, and when. Kept for ever."""

    id = IdField()
    erased_at = RefField()

    class Meta:
        db_table = "journal_tombstone"

    def __str__(self) -> str:
        return str(self.id)


class WatermarkRow(models.Model):
    """The one row that says up to when nothing is pending."""

    id = IdField()
    moment = RefField()

    class Meta:
        db_table = "journal_watermark"

    def __str__(self) -> str:
        return str(self.moment)
