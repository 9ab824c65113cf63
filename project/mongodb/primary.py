"""Since when the driver has known of no primary: an election is waited for, a set that can't elect one is not.

The driver watches the servers by itself, and notices at once when one dies and when another takes over.
"""

import time

from pymongo import monitoring

ELECTION_SECONDS = 5.0
"""Longer than an election takes by our configuration (3 s). Whoever asks later is refused at once, not in 5 s more."""
FIRST_SECONDS = 1.0
"""So long a client that has just been made looks for the servers."""


class PrimaryWatch(monitoring.TopologyListener):
    """One for each client that writes."""

    def __init__(self) -> None:
        self._lost_at: float | None = None

    @property
    def is_lost(self) -> bool:
        """Say whether there is no primary."""
        return self._is_without_for(0)

    @property
    def is_given_up(self) -> bool:
        """Say whether there has been none for longer than an election takes."""
        return self._is_without_for(ELECTION_SECONDS)

    def _is_without_for(self, seconds: float) -> bool:
        lost_at = self._lost_at  # Read once: another thread of the driver's changes it.
        return lost_at is not None and time.monotonic() - lost_at > seconds

    def opened(self, event: monitoring.TopologyOpenedEvent) -> None:
        """No server is known yet, which is no loss before they had time to answer."""
        self._lost_at = time.monotonic() + FIRST_SECONDS

    def description_changed(self, event: monitoring.TopologyDescriptionChangedEvent) -> None:
        if event.new_description.has_writable_server():
            self._lost_at = None
        elif event.previous_description.has_writable_server():
            self._lost_at = time.monotonic()

    def closed(self, event: monitoring.TopologyClosedEvent) -> None:
        self._lost_at = None
