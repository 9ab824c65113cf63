"""Asking several stores side by side, each within a deadline: one that hangs makes nobody wait, and is asked once only."""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from typing import TypeVar

from django.conf import settings
from django.db import connections

T = TypeVar("T")

_pool = ThreadPoolExecutor(max_workers=128, thread_name_prefix="probe")
_asked: dict[str, Future] = {}
_lock = threading.Lock()


class NoAnswer(Exception):  # noqa: N818 - the state of what was asked
    """It did not answer in time, or said something else."""


def side_by_side(calls: Mapping[str, Callable[[], T]], *, seconds: float | None = None) -> dict[str, T | NoAnswer]:
    """Call all at once; return what each said, or why it said nothing within ``seconds`` (``settings.PROBE_SECONDS``).

    A call that is still out from last time, under the same name, is waited for again and not made twice.
    """
    seconds = settings.PROBE_SECONDS if seconds is None else seconds
    futures = {name: _ask(name, call) for name, call in calls.items()}
    wait(futures.values(), timeout=seconds)
    return {name: _said(future, seconds) for name, future in futures.items()}


def _ask(name: str, call: Callable[[], T]) -> Future:
    with _lock:
        held = _asked.get(name)
        if held is not None and not held.done():
            return held
        new = _asked[name] = _pool.submit(_closing, call)
    new.add_done_callback(partial(_forget, name))
    return new


def _forget(name: str, future: Future) -> None:
    """Forget a call that is over: names may hold what a visitor sent, so they are without number."""
    with _lock:
        if _asked.get(name) is future:
            del _asked[name]


def _closing(call: Callable[[], T]) -> T:
    """Call, and leave no database connection to a thread that nobody else has."""
    try:
        return call()
    finally:
        connections.close_all()


def _said(future: "Future[T]", seconds: float) -> T | NoAnswer:
    if not future.done():
        return NoAnswer(f"no answer within {seconds * 1000:.0f} ms")
    error = future.exception()
    if error is not None:
        return error if isinstance(error, NoAnswer) else NoAnswer(f"{type(error).__name__}")
    return future.result()
