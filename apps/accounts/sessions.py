"""Sessions in a cache that says when it is away, where Django's would take everybody for logged out.

Django's own store swallows the error, answers as to a stranger, and expires the cookie: people would stay logged out
after the cache is back.
"""

from typing import Any

from django.contrib.sessions.backends import cache
from django.contrib.sessions.backends.base import CreateError, UpdateError

from apps.core.errors import Unavailable


class SessionStore(cache.SessionStore):
    def load(self) -> dict[str, Any]:
        key = self.cache_key  # type: ignore[attr-defined]
        try:
            data: dict[str, Any] | None = self._cache.get(key)  # type: ignore[attr-defined]
        except Exception as error:
            raise Unavailable("Sessions can't be read just now. You are still logged in: try again.") from error
        if data is None:
            self._session_key = None
            return {}
        return data

    def exists(self, session_key: str) -> bool:
        try:
            return super().exists(session_key)
        except Exception as error:
            raise Unavailable("Sessions can't be read just now. Try again.") from error

    def save(self, must_create: bool = False) -> None:
        try:
            super().save(must_create)
        except (CreateError, UpdateError):
            raise
        except Exception as error:
            raise Unavailable("Sessions can't be kept just now. Try again.") from error

    def delete(self, session_key: str | None = None) -> None:
        try:
            super().delete(session_key)
        except Exception as error:
            raise Unavailable("Nobody can be logged out just now. Try again.") from error
