class TierError(Exception):
    """What can't be started, and what to do about it, in a sentence for people."""

    status = 1


class MissingError(TierError):
    """A program is not here; the sentence says which command gets it."""

    status = 69
