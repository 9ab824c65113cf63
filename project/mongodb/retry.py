"""What may be done again after the server was lost.

Drivers repeat a lost write to one document by themselves, once, and the server recognises the repetition. They never
repeat ``update_many`` and ``delete_many``, and of a read only its first batch, once: what is under way when a primary
fails, or is one no more, raises ``AutoReconnect``. Transactions are repeated as a whole (``transaction``).
"""

from collections.abc import Callable
from typing import TypeVar

from django.db import DatabaseError
from pymongo.errors import AutoReconnect, PyMongoError, ServerSelectionTimeoutError

T = TypeVar("T")
ATTEMPTS = 3


def retried(operation: Callable[[], T], *, attempts: int = ATTEMPTS, also: tuple[type[PyMongoError], ...] = ()) -> T:
    """Call ``operation``, which must be idempotent, until its server has answered; at most ``attempts`` times.

    ``also`` names further errors after which trying again helps. It need not wait in between: choosing a server does
    (``serverSelectionTimeoutMS``), and when that has run out, trying again would only double it.
    """
    for left in reversed(range(attempts)):
        try:
            return operation()
        except (PyMongoError, DatabaseError) as error:
            source = error if isinstance(error, PyMongoError) else error.__cause__  # Of an error in Django's words.
            if (
                not left
                or not isinstance(source, (AutoReconnect, *also))
                or isinstance(source, ServerSelectionTimeoutError)
            ):
                raise
    raise ValueError(f"attempts must be at least 1, not {attempts}")
