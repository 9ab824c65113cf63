"""Where things stand on the site. Fragments are made below the pages, so these addresses are agreed, not looked up."""

from urllib.parse import quote
from uuid import UUID


def person(username: str) -> str:
    return f"/@{quote(username, safe='')}/"


def tag(key: str) -> str:
    return f"/tags/{quote(key, safe='')}/"


def post(username: str, id: UUID) -> str:
    """Return the page of a post by ``username``. Its buttons post there; ``edit/`` and ``delete/`` lie below."""
    return f"{person(username)}{id.hex}/"
