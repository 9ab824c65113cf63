"""User names: stored as typed, unique in the form in which people mistake them for each other."""

import re
import unicodedata

from apps.core.errors import Refused

LONGEST = 30
_ALLOWED = re.compile(r"[A-Za-z0-9_]+", re.ASCII)
RESERVED = frozenset(
    [
        "about",
        "abuse",
        "account",
        "accounts",
        "admin",
        "administrator",
        "api",
        "auth",
        "billing",
        "blog",
        "compose",
        "contact",
        "demo",
        "everyone",
        "explore",
        "feed",
        "help",
        "healthz",
        "here",
        "home",
        "host",
        "info",
        "instance",
        "keeper",
        "login",
        "logout",
        "mail",
        "me",
        "metrics",
        "moderator",
        "news",
        "nobody",
        "notices",
        "oauth",
        "official",
        "post",
        "posts",
        "privacy",
        "prowl",
        "register",
        "requests",
        "root",
        "search",
        "security",
        "settings",
        "signin",
        "signup",
        "staff",
        "static",
        "status",
        "support",
        "system",
        "tags",
        "team",
        "terms",
        "tier",
        "user",
        "users",
        "webmaster",
        "welcome",
        "write",
        "www",
    ]
)


def name_key(name: str) -> str:
    """Return the form of ``name`` by which names are compared: NFKC, case folded, and NFKC of that.

    Folding takes some letters apart: without the last step the key of a key would be another.
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def check_name(name: str) -> str:
    """Return ``name`` if somebody may be called so; the error says what would do."""
    if not name or not _ALLOWED.fullmatch(name):
        raise Refused(
            f"The name {name[:60]!r} has signs that don't fit. Use letters a to z, digits and _.", field="username"
        )
    if len(name) > LONGEST:
        raise Refused(f"The name has {len(name)} letters. It may have {LONGEST}.", field="username")
    if name_key(name) in RESERVED:
        raise Refused(f"The name {name!r} belongs to the site itself. Choose another.", field="username")
    return name
