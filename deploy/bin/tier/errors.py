class TierError(Exception):
    """What can't be started, and what to do about it, in a sentence for people."""
