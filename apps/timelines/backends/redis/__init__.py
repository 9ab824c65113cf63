"""Timelines in Redis, one sorted set per person."""

from .timelines import Timelines

__all__ = ["Timelines"]
