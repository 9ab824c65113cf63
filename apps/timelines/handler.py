"""The timelines that the settings name."""

from apps.core.handler import BackendHandler

from .backends.base import BaseTimelines

timelines: BackendHandler[BaseTimelines] = BackendHandler("TIMELINES")
