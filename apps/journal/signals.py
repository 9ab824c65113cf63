"""Upward talk of the journal."""

from django.dispatch import Signal

projected = Signal()
"""Sent with ``activity`` once its rows are written."""

waits = Signal()
"""Sent with ``activity`` and ``now`` where one is taken whose rows can't be written yet."""

replayed = Signal()
"""Sent with ``now`` after a replay has mended the rows: apps make anew what hangs on rows but is not folded."""

erased = Signal()
"""Sent with ``actor_id`` and ``now`` after the journal let go of a person: every app deletes what it projected of them."""
