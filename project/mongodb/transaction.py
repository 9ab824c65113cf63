"""Real transactions, for the rare place that needs one: repeated when they collide.

A transaction that meets another's write is aborted at once instead of waiting, and is expected to begin anew. It
takes a replica set, of one member at least, and has no savepoints.
"""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import DEFAULT_DB_ALIAS, DatabaseError
from django_mongodb_backend.transaction import atomic
from pymongo.errors import PyMongoError

T = TypeVar("T")
ATTEMPTS = 8


def run(function: Callable[[], T], *, using: str = DEFAULT_DB_ALIAS, attempts: int = ATTEMPTS) -> T:
    """Call ``function`` in a transaction and return what it returns; call it again if the transaction was aborted.

    A commit whose answer was lost is not repeated: it may have happened.
    """
    for attempt in range(1, attempts + 1):
        try:
            with atomic(using):
                return function()
        except DatabaseError as error:
            if attempt == attempts or not is_aborted(error):
                raise
            time.sleep(random.random() * 0.005 * 2**attempt)  # noqa: S311 - only to part those who collided
    raise ValueError(f"attempts must be at least 1, not {attempts}")


def is_aborted(error: BaseException | None) -> bool:
    """Whether the server aborted the transaction, so that nothing of it has happened."""
    while error is not None:
        if isinstance(error, PyMongoError) and error.has_error_label("TransientTransactionError"):
            return True
        error = error.__cause__
    return False
