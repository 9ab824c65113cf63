"""Timelines in the default database: a header per owner, a row per entry. Right for kitten and big_cat."""

from .timelines import Timelines

__all__ = ["Timelines"]
