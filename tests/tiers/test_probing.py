"""Several stores are asked side by side, and one that hangs makes nobody wait."""

import threading
import time

import pytest

from apps.tiers import probing
from apps.tiers.backends.base import Answer, Store, ask_each
from apps.tiers.nodes import Node, State
from apps.tiers.probing import NoAnswer, side_by_side
from tests.waiting import PATIENCE, wait_until

pytestmark = pytest.mark.once


def test_what_hangs_is_given_up_and_the_rest_answers():
    hang = threading.Event()
    started = time.monotonic()
    said = side_by_side({"hangs": hang.wait, "quick": lambda: 7}, seconds=0.1 * PATIENCE)
    took = time.monotonic() - started
    hang.set()
    assert said["quick"] == 7
    assert isinstance(said["hangs"], NoAnswer)
    assert str(said["hangs"]) == f"no answer within {100 * PATIENCE:.0f} ms"
    assert took < PATIENCE


def test_what_still_hangs_is_not_asked_a_second_time():
    hang, calls = threading.Event(), []

    def slow() -> None:
        calls.append(1)
        hang.wait()

    for _ in range(50):
        side_by_side({"the same": slow}, seconds=0.001)
    wait_until(lambda: calls, seconds=1, what="a thread that begins")
    hang.set()
    assert len(calls) == 1


def test_nothing_is_remembered_of_calls_that_are_over():
    hang = threading.Event()
    side_by_side({f"visitor {number}": (lambda: 7) for number in range(50)} | {"hangs": hang.wait}, seconds=0.1)
    hang.set()
    wait_until(lambda: not probing._asked, seconds=5, what="no call that is remembered")


def test_a_failure_is_named_by_its_kind_and_not_by_its_text():
    def fails() -> None:
        raise ConnectionError("redis://:secret@10.0.0.1")

    assert str(side_by_side({"fails": fails}, seconds=1)["fails"]) == "ConnectionError"


def test_whom_a_slow_answer_names_is_asked_for_as_long_as_those_whom_the_settings_name():
    timeout, never = 0.5 * PATIENCE, threading.Event()

    def ask(name: str) -> Answer:
        never.wait(0.7 * timeout)
        return Answer(Node(name), ["named", "found", "also-found"])

    answers = ask_each(Store("redis://named", "test"), ask, timeout=timeout)
    states = {answer.node.name: answer.node.state for answer in answers}
    assert states == dict.fromkeys(["also-found", "found", "named"], State.WELL)
