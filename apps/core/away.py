"""Whether a database is known to take no writes just now, so that what can do without it need not wait for it."""

from django.db import DEFAULT_DB_ALIAS, connections


def is_away(using: str = DEFAULT_DB_ALIAS) -> bool:
    """Say what is known without asking it. It is an operation of the connection, where that knows; others are not away."""
    known = getattr(connections[using].ops, "is_away", None)
    return known is not None and bool(known())
