"""The tables of the ``orm`` backend. Django looks for models here; they belong to ``backends/orm``."""

from .backends.orm.models import ActivityRow, ClaimRow, FailureRow, MarkRow, TombstoneRow, WatermarkRow

__all__ = ["ActivityRow", "ClaimRow", "FailureRow", "MarkRow", "TombstoneRow", "WatermarkRow"]
