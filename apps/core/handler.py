"""Backends chosen by settings, as Django chooses ``CACHES``: a dict with ``BACKEND`` and ``OPTIONS``, resolved late."""

import threading
from typing import Any, Generic, TypeVar, cast

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.utils.module_loading import import_string

Backend = TypeVar("Backend")


class BackendHandler(Generic[Backend]):
    """Makes the backend that ``setting`` names on first use, one per process. Its constructor must not connect."""

    def __init__(self, setting: str) -> None:
        self.setting = setting
        self._made: Backend | None = None
        self._lock = threading.Lock()
        setting_changed.connect(self._forget, weak=False)

    def __call__(self) -> Backend:
        with self._lock:
            if self._made is None:
                self._made = self._make()
            return self._made

    def check(self) -> list[CheckMessage]:
        """Return what is wrong with the setting, for ``manage.py check``."""
        try:
            self()
        except ImproperlyConfigured as error:
            return [Error(str(error), hint=f"Set {self.setting} as settings/base.py does.", id=f"prowl.{self.setting}")]
        return []

    def _make(self) -> Backend:
        chosen = getattr(settings, self.setting, None)
        if not isinstance(chosen, dict) or "BACKEND" not in chosen:
            raise ImproperlyConfigured(f"{self.setting} must be a dict with a BACKEND, not {chosen!r}")
        try:
            backend = import_string(chosen["BACKEND"])
        except ImportError as error:
            raise ImproperlyConfigured(f"{self.setting} has no BACKEND {chosen['BACKEND']!r}: {error}") from error
        try:
            return cast("Backend", backend(**chosen.get("OPTIONS", {})))
        except TypeError as error:
            raise ImproperlyConfigured(f"{self.setting} has wrong OPTIONS for {chosen['BACKEND']}: {error}") from error

    def _forget(self, *, setting: str, **_: Any) -> None:
        if setting == self.setting:
            self._made = None
