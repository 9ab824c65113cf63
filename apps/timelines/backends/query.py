"""No stored timelines: each read asks the oracle. For small sites, and to compare others with."""

from .base import BaseTimelines


class Timelines(BaseTimelines):
    """The base as it is."""
