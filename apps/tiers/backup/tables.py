"""Which tables are in a back-up. Every table of the site is named in one of the two, or is projected."""

from collections.abc import Iterator

from django.apps import apps
from django.db import models

KEPT = ("auth.Group", "accounts.User", "account.EmailAddress")
"""What can't be rebuilt, in an order in which each row finds those that it points to."""

LEFT_OUT = {
    "admin.LogEntry": "what staff clicked; their acts are activities",
    "auth.Permission": "migrations make it",
    "contenttypes.ContentType": "migrations make it",
    "sessions.Session": "people log in again",
    "account.EmailConfirmation": "links that lived for days",
    "journal.ActivityRow": "in the back-up through the journal's own interface, as are tombstones",
    "journal.TombstoneRow": "as activities",
    "journal.ClaimRow": "keys live for 24 hours",
    "journal.MarkRow": "stages are carried out anew",
    "journal.FailureRow": "stages are carried out anew",
    "journal.WatermarkRow": "stages are carried out anew",
    "journal.Lease": "ends by itself",
    "journal.JournalRecord": "no table",
    "graph.Count": "counted anew",
    "posts.Tagging": "made anew from posts",
    "timelines.Header": "a cache",
    "timelines.EntryRow": "a cache",
    "timelines.Garbage": "a cache",
    "timelines.Epoch": "a cache",
    "timelines.FanoutPosition": "where a job stands that is done anew",
    "timelines.StoreSeen": "about a cache",
}


def kept() -> Iterator[type[models.Model]]:
    return (apps.get_model(label) for label in KEPT)
