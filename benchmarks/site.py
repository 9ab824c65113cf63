"""A whole tier under load: started, with the network in its database and everybody signed in."""

import asyncio
import os
import random
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from deploy.bin.tier import Tier


@dataclass(frozen=True)
class Site:
    tier: Tier
    people: list[UUID]
    """In a random order."""
    browsers: "Browsers"  # type: ignore[name-defined] # noqa: F821 - Django is set up first
    mix: "Mix"  # type: ignore[name-defined] # noqa: F821


@contextmanager
def running(profile: str, *, graph: Path | None, signed_in: int | None, seed: str, **more: int) -> Iterator[Site]:
    """Run ``profile`` with the first ``signed_in`` of its people signed in, all of them for None; ``more`` is for the network."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is stopped
    with tempfile.TemporaryDirectory(prefix="prowl-bench-") as folder, Tier.started(profile, Path(folder)) as tier:
        os.environ.update(tier.environ)
        import django

        django.setup()
        from django.utils.timezone import now

        from apps.accounts import signin

        from . import asks, generator, network

        crowd = network.load(graph, now=now(), **more)
        links = {user.pk: signin.link_for(user).removeprefix(tier.url) for user in crowd.people}
        people = random.Random(seed).sample(list(links), len(links))
        site = Site(tier, people, generator.Browsers(tier.url, links), asks.Mix(crowd, seed=seed))
        asyncio.run(site.browsers.sign_in(people[:signed_in]))
        yield site
