"""Servers and workers say that they are there; who stops takes the word away, who dies is shown as dead."""

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from django.core.cache import caches
from django.utils import timezone

from apps.core import notes
from apps.tiers import architecture, presence
from apps.tiers.nodes import Place, State
from apps.tiers.presence import WEB, Presence
from tests.waiting import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nobody(settings):
    settings.PROBE_SECONDS = PATIENCE
    caches["locks"].clear()


def servers(**at: object) -> list[tuple[State, str]]:
    (web,) = architecture.look(now=timezone.now(), forwarded=False, **at).at_place(Place.WEB)
    return [(node.state, node.note) for node in web.nodes]


def test_processes_of_one_parent_are_one_server():
    for parent in (10, 10, 20):
        Presence(WEB, parent=parent).say()
    assert servers() == [(State.WELL, "2 processes"), (State.WELL, "1 process")]


def test_a_process_keeps_its_slot_and_two_never_share_one():
    one, other = Presence(WEB), Presence(WEB)
    for process in (one, other, one, other):
        process.say()
    assert {one.slot, other.slot} == {0, 1}
    assert len(presence.present()) == 2


def test_whose_slot_was_lost_takes_another():
    one, other = Presence(WEB), Presence(WEB)
    one.say()
    caches["locks"].clear()
    other.say()
    one.say()
    assert {word.id for word in presence.present()} == {one.id, other.id}


def test_who_stops_is_gone_and_who_falls_silent_is_dead():
    stops, dies = Presence(WEB, parent=1), Presence(WEB, parent=2)
    for process in (stops, dies):
        process.say()
    stops.leave()
    (word,) = presence.present()
    long_ago = timezone.now() - presence.SILENT_AFTER - timedelta(seconds=1)
    notes.leave(f"presence:{dies.slot}", replace(word, heard=long_ago), seconds=60)
    assert servers() == [(State.DEAD, f"last heard of at {long_ago:%H:%M:%S}")]


def test_who_says_more_or_less_than_this_release_knows_is_shown_or_passed_over():
    """Servers of two releases run side by side."""
    one, other = Presence(WEB, parent=1), Presence(WEB, parent=2)
    for process in (one, other):
        process.say()
    word, _ = presence.present()
    more = {**msgspec.to_builtins(word), "id": "newer", "memory": None, "colour": "green"}
    less = {"id": "older", "kind": WEB}
    for slot, said in {0: more, 1: less, 2: replace(word, id="pickled")}.items():
        caches["locks"].set(f"presence:{slot}", said if slot == 2 else msgspec.json.encode(said), 60)
    assert [word.id for word in presence.present()] == ["newer"]
    other.say()
    assert {word.id for word in presence.present()} == {"newer", other.id}


def test_nobody_there_is_a_dead_part():
    assert servers() == [(State.DEAD, "none has said that it is there")]
