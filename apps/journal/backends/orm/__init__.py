"""The journal in the default database: right for kitten, big_cat and cheetah. Its rows are its own affair."""

from .journal import Journal

__all__ = ["Journal"]
