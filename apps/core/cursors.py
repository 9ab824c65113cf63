"""Cursors: an id in an address. Any id is a valid position, whether or not something stands there."""

import re
from uuid import UUID

from .errors import Refused

_HEX = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


def parse_id(text: str | None, *, field: str = "cursor") -> UUID | None:
    """Return the id that ``text`` names, or None for an empty one; refuse what is no id."""
    if not text:
        return None
    if not _HEX.fullmatch(text):
        raise Refused(
            f"{field} {text[:60]!r} is not an id, which has 32 digits from 0 to f. Follow a link of this site, or leave it out.",
            field=field,
        )
    return UUID(text)
