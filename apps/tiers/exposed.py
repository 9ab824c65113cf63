"""``check --deploy``: a store that others than this machine reach asks who they are, and nobody reads along."""

import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from . import stores
from .backends.base import Store

_QUEUES_AND_CACHES = ("redis", "rediss", "amqp", "amqps")
_BY_SCHEME = ("rediss", "amqps", "mongodb+srv")
_PAPERS = frozenset({"sslcert", "passfile", "service"})
_TLS = ("tls", "ssl", "sslmode", "ssl_mode", "ssl_context")
"""How options say that TLS is spoken, and what they say where it is not, or only if the server likes."""
_PLAIN = ("", "0", "false", "none", "disable", "disabled", "allow", "prefer", "preferred")
_ANYBODYS = ("", "guest")


@dataclass(frozen=True)
class Reached:
    """A store as the settings reach it: where, and whether by a password and by TLS."""

    name: str
    by_password: bool
    by_tls: bool


@register(Tags.security, deploy=True)
def exposed(**_: Any) -> list[CheckMessage]:
    """Name each store off this machine that lets everybody in, or with which no TLS is spoken."""
    return [message for one in dict.fromkeys(reached()) for message in said_of(one)]


def reached() -> Iterator[Reached]:
    """Yield every store off this machine that the settings name."""
    for chosen in settings.DATABASES.values():
        yield from as_database(chosen)
    for _, store in stores.named():
        if store.scheme in _QUEUES_AND_CACHES:
            yield from by_address(store, {})


def as_database(chosen: Mapping[str, Any]) -> Iterator[Reached]:
    """Yield the database that an entry of ``DATABASES`` names, where it is elsewhere."""
    options = {**chosen.get("OPTIONS", {}), **chosen.get("OPTIONS", {}).get("connection", {})}
    host = str(chosen.get("HOST") or "")
    if "://" in host:
        yield from by_address(Store(host, ""), options)
    elif _is_elsewhere(host.split(",")):
        yield Reached(host, bool(chosen.get("PASSWORD")) or _has_papers(options), _has_tls(options))


def by_address(store: Store, options: Mapping[str, Any]) -> Iterator[Reached]:
    """Yield the store that URLs name, where it is elsewhere."""
    if _is_elsewhere(store.members):
        parts = [(url, {**options, **dict(parse_qsl(url.query))}) for url in map(urlsplit, store.urls)]
        by_password = all((url.password or "") not in _ANYBODYS or _has_papers(said) for url, said in parts)
        yield Reached(store.name, by_password, all(url.scheme in _BY_SCHEME or _has_tls(said) for url, said in parts))


def _has_papers(options: Mapping[str, Any]) -> bool:
    """Say whether it is by a certificate, or a file of passwords, that a store knows who asks."""
    return "X509" in str(options.get("authMechanism", "")) or not _PAPERS.isdisjoint(options)


def _has_tls(options: Mapping[str, Any]) -> bool:
    return any(str(options.get(name, "")).lower() not in _PLAIN for name in _TLS)


def _is_elsewhere(members: Iterable[str]) -> bool:
    return any(not _is_here(urlsplit(f"//{member}").hostname or "") for member in members)


def _is_here(host: str) -> bool:
    """Say whether a name means this machine: none is a file or a socket."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in ("", "localhost")


def said_of(one: Reached) -> Iterator[CheckMessage]:
    if not one.by_password:
        yield Error(
            f"{one.name} lets in whoever reaches it: the settings name no password.",
            hint="Give Prowl a user of its own there, and its name and password to the settings.",
            id="prowl.E011",
        )
    if not one.by_tls:
        yield Warning(
            f"What {one.name} is asked and answers can be read on the way.",
            hint="Let it speak TLS. In a network that nobody else reads this may stay.",
            id="prowl.W011",
        )
