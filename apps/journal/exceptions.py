"""Why the journal did not take an activity."""

from apps.core.errors import Refused, Unavailable


class KeyReused(Refused):
    """The idempotency key was used for something else."""

    status = 422

    def __init__(self, key: str) -> None:
        super().__init__(f"Idempotency key {key!r} was used for another text. Send the form anew, with a new key.")


class ReadOnly(Unavailable):
    def __init__(self) -> None:
        super().__init__("This site is being moved or restored and takes nothing new just now. Reading goes on.")


class JournalUnavailable(Unavailable):
    def __init__(self, why: str) -> None:
        super().__init__(f"The journal does not answer ({why}). Try again in a moment: sending twice posts once.")


class NotThrough(Unavailable):
    def __init__(self) -> None:
        super().__init__(
            "This is written down, but a store that pages are made from does not answer, so that some readers may see for"
            " a moment what was before. Send it again to be sure: it is done once."
        )


class ClockIsOff(Unavailable):
    def __init__(self, seconds: float) -> None:
        super().__init__(f"This server's clock is off by {seconds:+.1f} s, so it takes no writes. Set it by NTP.")
