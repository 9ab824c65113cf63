"""Quantiles of answers, and the CPU of a tier's parts."""

from collections.abc import Sequence

from deploy.bin.tier import Tier
from deploy.bin.tier.processes import group

from .timing import cpu_of

APP, STORES, FRONT = "app", "stores", "front"
_SIDES = {"web": APP, "jobs": APP, "worker": APP, "beat": APP, "nginx": FRONT, "varnish": FRONT}


def quantile(seconds: Sequence[float], part: float) -> float:
    """Return, in milliseconds, the time that ``part`` of all took at most."""
    return sorted(seconds)[min(int(part * len(seconds)), len(seconds) - 1)] * 1000


def cpu_by_side(tier: Tier) -> dict[str, float]:
    """Return the CPU seconds that all processes which live have used so far: those of the app, of the stores, in front."""
    used = {APP: 0.0, STORES: 0.0, FRONT: 0.0}
    for part in tier.parts.values():
        used[_SIDES.get(part.kind, STORES)] += cpu_of(group(part.pid))
    return used
