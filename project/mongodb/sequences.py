"""Integer keys, numbered by the database: one document per table in ``django_sequences``.

With them django.contrib and third-party apps run with their own migrations. ObjectIds, which the stock backend wants
instead, are not even JSON: sessions can't hold them. As in SQL, numbers are never taken back, so sequences take no
part in transactions, and gaps are normal.
"""

from typing import TYPE_CHECKING, Any

from bson import Int64
from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from .retry import retried

if TYPE_CHECKING:
    from .base import DatabaseWrapper

COLLECTION = "django_sequences"


def take(connection: "DatabaseWrapper", table: str, count: int) -> list[Int64]:
    """Return the next ``count`` numbers of ``table``. Losing the answer costs only numbers."""
    last = retried(lambda: _raise(connection, table, {"$inc": {"last": Int64(count)}}), also=(DuplicateKeyError,))
    return [Int64(number) for number in range(last - count + 1, last + 1)]


def skip(connection: "DatabaseWrapper", table: str, number: int) -> None:
    """See to it that no number up to ``number``, which somebody chose by hand, is given out again."""
    retried(lambda: _raise(connection, table, {"$max": {"last": Int64(number)}}), also=(DuplicateKeyError,))


def _raise(connection: "DatabaseWrapper", table: str, change: dict[str, Any]) -> int:
    sequences = connection.get_collection(COLLECTION)
    found = sequences.find_one_and_update({"_id": table}, change, upsert=True, return_document=ReturnDocument.AFTER)
    return int(found["last"])


def forget(connection: "DatabaseWrapper", table: str) -> None:
    connection.get_collection(COLLECTION).delete_one({"_id": table})


def rename(connection: "DatabaseWrapper", old: str, new: str) -> None:
    sequences = connection.get_collection(COLLECTION)
    if found := sequences.find_one({"_id": old}):
        skip(connection, new, found["last"])
        forget(connection, old)
