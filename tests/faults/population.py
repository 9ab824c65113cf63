"""The people of a fault run and who follows whom at first: the same for the same seed.

DJANGO_SETTINGS_MODULE=… python -m tests.faults.population SEED HOW_MANY
"""

import random
import sys
from collections.abc import Sequence
from itertools import product

from .driver import PASSWORD

PROBES = ("writer", "watcher", "flooder", "muted", "blocker", "left")
"""They do nothing by themselves. Writer and watcher tell when the site works again; others are there for one fault."""
PROBES_FOLLOW = {("watcher", name) for name in ("writer", "muted", "blocker", "left")} | {("blocker", "watcher")}
_FOLLOWED = 0.4


def names(count: int) -> list[str]:
    letters = "abcdefghijklmnopqrstuvwxyz"
    return ["".join(pair) + "ling" for pair in product(letters, letters)][:count]


def follows(people: Sequence[str], *, seed: int) -> set[tuple[str, str]]:
    """Return who follows whom, as pairs of names."""
    chance = random.Random(seed)
    pairs = {(one, other) for one, other in product(people, people) if one != other and chance.random() < _FOLLOWED}
    return pairs | PROBES_FOLLOW


def main() -> None:
    import django

    django.setup()
    from django.utils import timezone

    from apps.accounts.models import User
    from apps.accounts.services import register_person
    from apps.graph import services as graph

    seed, people = int(sys.argv[1]), names(int(sys.argv[2]))
    ids = {}
    for name in [*people, *PROBES]:
        user = User.objects.create_user(username=name, password=PASSWORD)
        register_person(user=user, now=timezone.now())
        ids[name] = user.pk
    for one, other in sorted(follows(people, seed=seed)):
        graph.follow(actor_id=ids[one], person_id=ids[other], now=timezone.now())


if __name__ == "__main__":
    main()
