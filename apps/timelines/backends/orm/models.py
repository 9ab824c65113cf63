from django.db import models

from apps.core.fields import IdField, KeyField, RefField


class Header(models.Model):
    """The marker of a timeline, keyed by its owner. ``token`` names the build, and so the generation of its entries."""

    id = IdField()
    epoch = models.IntegerField()
    token = RefField()
    complete = models.BooleanField(default=False)
    coverage = RefField()
    size = models.IntegerField(default=0)
    begun_at = models.DateTimeField()
    read_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "timelines_header"
        indexes = (models.Index(fields=["size"], name="timelines_header_size"),)

    def __str__(self) -> str:
        return f"timeline of {self.id}"


class EntryRow(models.Model):
    """One entry of one generation. Its key is owner, generation and entry: its order is the timeline's."""

    id = KeyField(max_length=72)
    author = RefField()
    person = RefField()
    post = RefField()
    post_author = RefField()

    class Meta:
        db_table = "timelines_entry"

    def __str__(self) -> str:
        return self.id


class Garbage(models.Model):
    """Entries to delete later: those of ``prefix`` below ``below``, so that a read under way finds its rows."""

    id = IdField()
    prefix = models.CharField(max_length=40)
    below = RefField()
    since = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "timelines_garbage"

    def __str__(self) -> str:
        return self.prefix


class Epoch(models.Model):
    """Which backend the site's timelines are in (the setting's name), and how often that was changed."""

    id = IdField()
    name = models.CharField(max_length=200)
    number = models.IntegerField(default=1)

    class Meta:
        db_table = "timelines_epoch"

    def __str__(self) -> str:
        return f"{self.name}, epoch {self.number}"
