"""Pages for nobody in particular lie in a shared cache: what stands on them, as tags, and letting go of them by tag.

A cache in front keeps such a page for ``SHARED_SECONDS``, and shows it while it is fetched anew (``grace``). What changes it
lets it go before: each page carries the tags of all that stands on it (``xkey``), and whatever changes something purges
its tags. A purge that is lost costs only that time.
"""

import http.client
import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import UUID

from django.conf import settings
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from apps.accounts.projectors import PERSON
from apps.core.ids import NIL
from apps.journal.activities import Activity, Verb
from apps.journal.projection import stage
from apps.journal.signals import erased
from apps.posts import selectors as posts
from apps.posts.activities import ANNOUNCE, NOTE
from apps.posts.values import Entry

log = logging.getLogger(__name__)

SHARED_SECONDS = 10
PUBLIC = "public"
"""Every purge has it. So it stands for all tags of a page, also where these would be too many to say."""
_MOST_BYTES = 2048
"""Nginx has 4 KiB for all headers of an answer, and answers 502 to more; Varnish takes 8 KiB of a purge's."""
_PATIENCE_SECONDS = 0.25


def post_tag(id: UUID) -> str:
    return f"post:{id.hex}"


def author_tag(id: UUID) -> str:
    return f"author:{id.hex}"


def word_tag(word: str) -> str:
    """Return the tag of a hashtag; headers take ASCII only."""
    return f"tag:{quote(word)}"


def stands_on(request: HttpRequest, *tags: str, entries: Iterable[Entry] = (), people: Iterable[UUID] = ()) -> None:
    """Note what stands on the page that answers ``request``."""
    noted: set[str] = vars(request).setdefault("purge_tags", set())
    noted.update(tags)
    for entry in entries:
        noted.update((post_tag(entry.id), post_tag(entry.post)))
    noted.update(author_tag(id) for id in people if id != NIL)


def let_share(request: HttpRequest, response: HttpResponse) -> None:
    """Let a cache in front keep ``response``, and browsers ask each time whether it has changed."""
    response["Cache-Control"] = "public, max-age=0, must-revalidate"
    response["Surrogate-Control"] = f"max-age={SHARED_SECONDS}"
    tags = vars(request).get("purge_tags", set())
    named = " ".join(sorted(tags))
    response["xkey"] = PUBLIC if PUBLIC in tags or len(named) > _MOST_BYTES else named


@stage(
    "purge",
    *(Verb.CREATE, Verb.UPDATE, Verb.DELETE, Verb.ANNOUNCE, Verb.UNDO),
    *(Verb.HIDE, Verb.SHOW, Verb.SUSPEND, Verb.RESTORE),
)
def purge(activities: Sequence[Activity], *, now: datetime) -> None:
    """Let every cache in front go of the pages that activities change."""
    if not settings.PURGE_URLS:
        return
    heads = posts.heads(ids=[activity.object_id for activity in activities if activity.kind in (NOTE, ANNOUNCE)])
    authors = {id: head.author for id, head in heads.items()}
    _purge({tag for activity in activities for tag in _changed(activity, authors)})


@receiver(erased, dispatch_uid="web.purge")
def purge_erased(*, actor_id: UUID, **_: Any) -> None:
    _purge({PUBLIC, author_tag(actor_id)})


def _purge(tags: set[str]) -> None:
    for part in _parts(sorted(tags, key=lambda tag: (tag != PUBLIC, tag))):
        for address in settings.PURGE_URLS:
            _send(address, part)


def _parts(tags: Iterable[str]) -> Iterator[list[str]]:
    """Yield tags in parts that fit into a header."""
    part: list[str] = []
    for tag in tags:
        if part and len(" ".join([*part, tag])) > _MOST_BYTES:
            yield part
            part = []
        part.append(tag)
    if part:
        yield part


def _changed(activity: Activity, authors: dict[UUID, UUID]) -> Iterator[str]:
    payload, thing = activity.payload, activity.object_id
    if activity.kind == PERSON:
        yield from (PUBLIC, author_tag(thing))
    elif activity.kind in (NOTE, ANNOUNCE):
        yield from (PUBLIC, post_tag(thing), author_tag(authors.get(thing, activity.actor_id)))
        yield from (word_tag(word) for word in payload.get("tags", ()))
        yield from (f"post:{payload[name]}" for name in ("parent", "thread", "post") if payload.get(name))


def _send(address: str, tags: Sequence[str]) -> None:
    """Purge ``tags`` in one cache. Where it does not answer, its pages are gone by themselves soon."""
    where = urlsplit(address)
    try:
        cache = http.client.HTTPConnection(where.hostname or "", where.port, timeout=_PATIENCE_SECONDS)
        try:
            cache.request("PURGE", "/", headers={"xkey-purge": " ".join(tags)})
            status = cache.getresponse().status
        finally:
            cache.close()
    except (OSError, http.client.HTTPException) as error:
        log.warning("purge_lost", extra={"cache": address, "error": str(error)})
    else:
        if status != http.HTTPStatus.OK:
            log.error("purge_refused", extra={"cache": address, "status": status})
