"""Varnish, at the listener that takes purges: a purge without a tag is refused by whoever is alive."""

import http.client
import time
from urllib.parse import urlsplit

from apps.tiers.nodes import Node
from apps.tiers.probing import NoAnswer

from .base import Store


def probe(store: Store, *, timeout: float) -> list[Node]:
    where = urlsplit(store.url)
    started = time.perf_counter()
    cache = http.client.HTTPConnection(where.hostname or "", where.port, timeout=timeout)
    try:
        cache.request("PURGE", "/")
        status = cache.getresponse().status
    finally:
        cache.close()
    if status != http.HTTPStatus.BAD_REQUEST:
        raise NoAnswer(f"answers {status} to a purge without a tag, so it is not the cache that purges")
    return [Node(store.name, latency=time.perf_counter() - started)]
