"""The driver's errors in Django's words.

The stock backend raises ``IntegrityError`` without a message, ``DatabaseError`` when no server answers, and lets what
goes wrong between two batches of a cursor through as it is. Code that was written for SQL databases expects a
message, and ``OperationalError`` for what may work a moment later.
"""

from types import TracebackType
from typing import Any

from bson.errors import BSONError
from django.db import DatabaseError, DataError, IntegrityError, OperationalError
from pymongo.errors import BulkWriteError, ConnectionFailure, OperationFailure, PyMongoError, WTimeoutError

DUPLICATE_KEY = 11000
_FAILED_VALIDATION = 121
_TOO_LARGE = frozenset({10334, 17419, 17420})
_PASSING = frozenset({24, 50, 112, 14031})
"""LockTimeout, MaxTimeMSExpired, WriteConflict, OutOfDiskSpace: the statement was right, the moment was not."""


class Translation:
    """Raise Django's error for whatever the driver raises in the block. Usable again and again."""

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        source = error.__cause__ if isinstance(error, DatabaseError) and not error.args else error
        if isinstance(source, PyMongoError | BSONError):
            raise translated(source) from source


def translated(error: PyMongoError | BSONError) -> DatabaseError:
    """Return Django's error for ``error``, with the server's message but not the document that it quotes."""
    if isinstance(error, BSONError):
        return DataError(str(error))
    first = _first_failure(error)
    return _kind(error, first.get("code"))(first.get("errmsg") or str(error))


def is_duplicate(failure: dict[str, Any]) -> bool:
    return failure.get("code") == DUPLICATE_KEY


def _first_failure(error: PyMongoError) -> dict[str, Any]:
    """Return code and message of what failed first: a bulk error's own text holds the whole document."""
    details = dict(getattr(error, "details", None) or {}) if isinstance(error, OperationFailure) else {}
    if isinstance(error, BulkWriteError):
        failures = details.get("writeErrors") or details.get("writeConcernErrors") or [{}]
        return next((failure for failure in failures if is_duplicate(failure)), failures[0])
    return details


def _kind(error: PyMongoError, code: int | None) -> type[DatabaseError]:
    if code in (DUPLICATE_KEY, _FAILED_VALIDATION):
        return IntegrityError
    if code in _TOO_LARGE:
        return DataError
    if isinstance(error, ConnectionFailure | WTimeoutError) or code in _PASSING:
        return OperationalError
    if error.has_error_label("TransientTransactionError"):
        return OperationalError
    return DatabaseError
