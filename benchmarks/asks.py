"""What people ask of the site, and when: DeathStarBench's mix, the same for a seed."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import nlargest
from itertools import chain
from uuid import UUID

from .network import Network, Words

HOME, PERSON, COMPOSE, SIGN_IN = "home", "somebody's posts", "compose", "sign-in"
KINDS, SHARES = (HOME, PERSON, COMPOSE), (60, 30, 10)
_DEEPEST = 100


@dataclass(frozen=True)
class Ask:
    """Somebody asks for ``path``, or sends ``form`` there, ``at`` so many seconds after the start."""

    at: float
    kind: str
    who: UUID
    path: str
    form: Mapping[str, str] | None = None


class Mix:
    """60 % read their home timeline, 30 % somebody's posts, 10 % post. A read starts at the 0th–100th post; a page of
    Prowl holds 20, where the benchmark reads 10.
    """

    def __init__(self, network: Network, *, seed: str) -> None:
        self.chance = random.Random(seed)
        self.written, self.friends = network.written, network.friends()
        self.names = {user.pk: user.username for user in network.people}
        self.words = Words(self.chance, list(self.names.values()))

    def asks(self, *, rate: float, seconds: float, people: Sequence[UUID], start: float = 0) -> Iterator[Ask]:
        """Yield what ``people`` ask, evenly spread, whatever becomes of it."""
        for number in range(int(rate * seconds)):
            kind = self.chance.choices(KINDS, SHARES)[0]
            yield self._ask(start + number / rate, kind, self.chance.choice(people))

    def _ask(self, at: float, kind: str, who: UUID) -> Ask:
        depth = self.chance.randint(0, _DEEPEST)
        if kind == HOME:
            return Ask(at, kind, who, f"/{_from(self._feed(who), depth)}")
        if kind == PERSON:
            other = self.chance.choice(list(self.names))
            return Ask(at, kind, who, f"/@{self.names[other]}/{_from(self.written[other][::-1], depth)}")
        form = {"text": self.words.text()[0], "audience": "public", "key": f"{self.chance.getrandbits(96):x}"}
        return Ask(at, kind, who, "/write/", form)

    @lru_cache(maxsize=2_000)  # noqa: B019 - there is one mix, as long as the run
    def _feed(self, who: UUID) -> list[UUID]:
        return nlargest(_DEEPEST + 1, chain.from_iterable(self.written[other] for other in (who, *self.friends[who])))


def _from(posts: Sequence[UUID], depth: int) -> str:
    """Return the part of an address that begins a page below the post at ``depth``; nothing where there is none."""
    return f"?before={posts[depth].hex}" if 0 < depth < len(posts) else ""
