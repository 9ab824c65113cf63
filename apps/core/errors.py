"""What a person is told when something can't be done: the wrong value and the remedy, in words."""


class Refused(Exception):  # noqa: N818 - it is an answer, not a failure of the program
    """Bad input or a rule that says no. ``field`` names the form's field; ``status`` is the HTTP status."""

    status = 400

    def __init__(self, message: str, *, field: str | None = None, status: int | None = None) -> None:
        super().__init__(message)
        self.message, self.field = message, field
        self.status = status or self.status


class NotFound(Refused):
    """There is no such thing, or not for this person: both look the same."""

    status = 404


class Unavailable(Refused):
    """A store does not answer. What was asked for is *unknown*: it may happen later, once; the same key returns it."""

    status = 503
