"""Pairs of people, and counts."""

from django.db import models
from django.db.models import Index, Q

from apps.core.fields import IdField, RefField

BY_WHOM = {"a": "low", "b": "high"}
"""Whose acts stand on which side of a pair."""
NEWEST = {"following": "follow", "requested": "follow", "blocked": "block", "muted": "mute"}
"""By which register people are listed, the newest first."""


def _few(side: str, end: str, state: str) -> Index:
    """Return an index of those rows only of which there are few; elsewhere than on MariaDB, which has no such index."""
    columns, condition = [end, f"{side}_{NEWEST[state]}"], Q(**{f"{side}_{state}": True})
    return Index(fields=columns, condition=condition, name=f"graph_pair_{end}_{side}_{state}")


def _few_of(side: str) -> list[Index]:
    """Return the indexes for requests and blocks, found from both ends, and for mutes, found by whose they are."""
    found = [_few(side, end, state) for state in ("requested", "blocked") for end in ("low", "high")]
    return [*found, _few(side, BY_WHOM[side], "muted")]


class Pair(models.Model):
    """Two people, ``low`` < ``high``, keyed by both. Side ``a`` is what low does to high, side ``b`` the other way.

    Registers hold the greatest activity id of their kind; ``…_granted`` the greatest Follow that needed no approval or
    that an Accept names, ``…_accept`` the Accept itself, which only says how new the row is. An act of the one who is
    followed (Accept, Reject) stands on the follower's side. The booleans are derived from all of them; ``…_muted``
    leaves the end of a mute to the reader.
    """

    id = IdField()
    low = RefField()
    high = RefField()

    a_follow = RefField()
    a_accept = RefField()
    a_granted = RefField()
    a_undo = RefField()
    a_reject = RefField()
    a_block = RefField()
    a_unblock = RefField()
    a_mute = RefField()
    a_unmute = RefField()
    a_mute_until = models.DateTimeField(null=True, default=None)
    a_following = models.BooleanField(default=False)
    a_requested = models.BooleanField(default=False)
    a_blocked = models.BooleanField(default=False)
    a_muted = models.BooleanField(default=False)

    b_follow = RefField()
    b_accept = RefField()
    b_granted = RefField()
    b_undo = RefField()
    b_reject = RefField()
    b_block = RefField()
    b_unblock = RefField()
    b_mute = RefField()
    b_unmute = RefField()
    b_mute_until = models.DateTimeField(null=True, default=None)
    b_following = models.BooleanField(default=False)
    b_requested = models.BooleanField(default=False)
    b_blocked = models.BooleanField(default=False)
    b_muted = models.BooleanField(default=False)

    class Meta:
        db_table = "graph_pair"
        indexes = (
            # Whom a person follows, the newest first; the last column spares the look-up of the row.
            Index(fields=["low", "a_following", "a_follow", "high"], name="graph_pair_low_a"),
            Index(fields=["high", "b_following", "b_follow", "low"], name="graph_pair_high_b"),
            # Who follows a person: by id for fan-out, and the newest first.
            Index(fields=["high", "a_following", "low"], name="graph_pair_high_a"),
            Index(fields=["low", "b_following", "high"], name="graph_pair_low_b"),
            Index(fields=["high", "a_following", "a_follow"], name="graph_pair_high_a_newest"),
            Index(fields=["low", "b_following", "b_follow"], name="graph_pair_low_b_newest"),
            *_few_of("a"),
            *_few_of("b"),
        )

    def __str__(self) -> str:
        return f"{self.low} and {self.high}"


class Count(models.Model):
    """How many of a kind an object has. It is right when ``done`` = ``asked``. Keyed by both."""

    id = IdField()
    object = RefField()
    kind = models.CharField(max_length=16)
    asked = models.IntegerField(default=0)
    done = models.IntegerField(default=0)
    pending = models.BooleanField(default=False)
    value = models.IntegerField(default=0)

    class Meta:
        db_table = "graph_count"
        indexes = (Index(fields=["pending", "id"], name="graph_count_pending"),)

    def __str__(self) -> str:
        return f"{self.value} {self.kind} of {self.object}"
