"""Of which parts a tier consists. The order is that of starting; each gets its ports and addresses from the site."""

from collections.abc import Callable, Sequence

from .errors import TierError
from .part import Part
from .parts import cassandra, jobs, mongodb, nginx, rabbitmq, redis, sql, varnish, web
from .site import Site

Plan = Callable[[Site], list[Part]]

TIERS: dict[str, Sequence[Plan]] = {
    "kitten": [web.alone],
    "big_cat": [mongodb.one_node, web.alone_behind, varnish.in_front],
    "cheetah": [
        mongodb.one_node,
        redis.keeps,
        redis.evicts,
        web.several,
        jobs.workers,
        jobs.beat,
        varnish.before_inner_nginx,
        nginx.in_front,
    ],
    "tiger": [
        cassandra.cluster,
        mongodb.replica_set,
        redis.keeps_in_cluster,
        redis.evicts_in_cluster,
        rabbitmq.broker,
        web.several,
        jobs.workers,
        jobs.beat,
        varnish.before_inner_nginx,
        nginx.in_front,
    ],
}

STORES: dict[str, Sequence[Plan]] = {"postgresql": [sql.postgresql], "mariadb": [sql.mariadb]}
"""Kitten's other databases, for its tests."""


def planned(site: Site) -> dict[str, Part]:
    """Return the parts of the site's tier by name."""
    plans = TIERS.get(site.profile) or STORES.get(site.profile)
    if plans is None:
        raise TierError(f"PROFILE={site.profile} is not a tier that can be started. Try {', '.join(TIERS)}.")
    return {part.name: part for plan in plans for part in plan(site)}
