"""What may be done again after the server was lost.

Drivers repeat a lost write to one document by themselves, once, and the server recognises the repetition. They never
repeat ``update_many`` and ``delete_many``: what is under way when a primary fails raises ``AutoReconnect``.
"""

from collections.abc import Callable
from typing import TypeVar

from pymongo.errors import AutoReconnect, PyMongoError, ServerSelectionTimeoutError

T = TypeVar("T")
ATTEMPTS = 3


def retried(operation: Callable[[], T], *, attempts: int = ATTEMPTS, also: tuple[type[PyMongoError], ...] = ()) -> T:
    """Call ``operation``, which must be idempotent, until its server has answered; at most ``attempts`` times.

    ``also`` names further errors after which trying again helps. It need not wait in between: choosing a server does
    (``serverSelectionTimeoutMS``), and when that has run out, trying again would only double it.
    """
    passing: tuple[type[Exception], ...] = (AutoReconnect, *also)
    for left in reversed(range(attempts)):
        try:
            return operation()
        except passing as error:
            if not left or isinstance(error, ServerSelectionTimeoutError):
                raise
    raise ValueError(f"attempts must be at least 1, not {attempts}")
