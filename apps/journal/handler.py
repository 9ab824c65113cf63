"""The journal that the settings name."""

from apps.core.handler import BackendHandler

from .backends.base import BaseJournal

journal: BackendHandler[BaseJournal] = BackendHandler("JOURNAL")
