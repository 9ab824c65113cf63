"""What people type, seen as signs."""

import regex

_SEEN = regex.compile(r"[^\p{Z}\p{C}]")


def has_visible(text: str) -> bool:
    """Say whether ``text`` holds a sign that can be seen: more than spaces, controls and marks of format."""
    return _SEEN.search(text) is not None
