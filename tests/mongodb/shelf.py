"""Models for trying an engine out. They belong to no installed app, and to a registry of their own."""

# ruff: noqa: DJ001, DJ008 - nobody reads these, and NULL in texts is what is tried

from django.apps.registry import Apps
from django.db import models

from apps.core.fields import DataField, IdField, RefField

registry = Apps(["tests.mongodb"])


class Author(models.Model):
    id = IdField()
    name = models.CharField(max_length=50, unique=True)
    email = models.CharField(max_length=50, null=True, unique=True)
    born = models.DateTimeField(null=True)

    class Meta:
        apps = registry
        app_label = "mongodb"


class Reader(models.Model):
    id = IdField()
    name = models.CharField(max_length=50)

    class Meta:
        apps = registry
        app_label = "mongodb"


class Book(models.Model):
    id = IdField()
    title = models.TextField(default="")
    author = models.ForeignKey(Author, models.CASCADE, related_name="books")
    editor = models.ForeignKey(Author, models.SET_NULL, null=True, related_name="edited")
    pages = models.IntegerField(null=True)
    readers = models.ManyToManyField(Reader, related_name="books")

    class Meta:
        apps = registry
        app_label = "mongodb"


class Numbered(models.Model):
    """Keyed by numbers, as all of django.contrib is."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=50, unique=True)
    value = models.IntegerField(default=0)

    class Meta:
        apps = registry
        app_label = "mongodb"


class Entry(models.Model):
    """Like a post: read by author, newest first."""

    id = IdField()
    author = RefField()
    pushed = models.BooleanField(default=True)
    text = models.TextField(default="")

    class Meta:
        apps = registry
        app_label = "mongodb"
        indexes = (
            models.Index(fields=["author", "id"], name="entry_author"),
            models.Index(fields=["author", "pushed", "id"], name="entry_pushed"),
        )


class Row(models.Model):
    """Like a projected row: registers, what hangs on them, counts."""

    id = IdField()
    seen = RefField()
    other = RefField()
    text = models.TextField(default="")
    data = DataField(default=list)
    until = models.DateTimeField(null=True, default=None)
    note = models.TextField(null=True, default="unset")
    asked = models.IntegerField(default=0)
    small = models.SmallIntegerField(default=1)
    standing = models.BooleanField(default=False)

    class Meta:
        apps = registry
        app_label = "mongodb"
