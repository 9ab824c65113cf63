"""What a database must be like before Prowl's tables are made in it."""

from collections.abc import Iterable
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections


@register(Tags.database)
def collations(databases: Iterable[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Refuse a MariaDB or MySQL in which words that differ by an accent or a case are the same word."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        if connections[alias].vendor == "mysql":
            with connections[alias].cursor() as cursor:
                cursor.execute("SELECT DATABASE(), @@collation_database")
                found += wrong_collation(*cursor.fetchone())
    return found


def wrong_collation(name: str, collation: str) -> list[CheckMessage]:
    if collation.endswith("_bin"):
        return []
    return [
        Error(
            f"The database {name!r} compares by {collation}, in which #cafe and #café are one tag.",
            hint=f"Before `migrate`: ALTER DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin.",
            id="prowl.E010",
        )
    ]
