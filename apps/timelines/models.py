"""The tables of the ``orm`` backend and the epoch, because Django looks for models here."""

from .backends.orm.models import EntryRow, Epoch, Garbage, Header

__all__ = ["EntryRow", "Epoch", "Garbage", "Header"]
