"""The same feed in django-activity-stream, in the same database: it reads every action that was ever made."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib.contenttypes.models import ContentType

from apps.accounts.models import User
from apps.core.folds import batched
from apps.core.ids import moment_of
from apps.posts.models import Post

from . import society
from .reading import PAGE, forget_statistics, read_of
from .report import Row
from .timing import compare

FOLLOWS = 1_000


class ActivityStream:
    """Keeps an action for each post, and the follows of one reader."""

    def __init__(self, crowd: society.Society) -> None:
        from actstream import registry
        from actstream.models import Action, Follow

        if not registry.registry.get(User):
            registry.register(apps.get_model("accounts", "User"))
        self.busy, self.quiet, self.action = crowd.readers[FOLLOWS], crowd.of_quiet, Action
        self.person = ContentType.objects.get_for_model(User)
        self.authors = frozenset(crowd.authors)
        self.copied: UUID | None = None
        for reader, followed in ((self.busy, crowd.authors[:FOLLOWS]), (self.quiet, crowd.authors[-society.QUIET :])):
            Follow.objects.bulk_create(
                [Follow(user=reader, content_type=self.person, object_id=str(author)) for author in followed]
            )

    def rows(self, size: int) -> Iterator[Row]:
        """Copy what is new, then measure a page of both."""
        self._copy()
        forget_statistics()
        yield self._row(size, self.busy, f"{FOLLOWS:,} followees who write much", least=None)
        if size >= 1_000_000:  # Of fewer posts the quiet wrote too few for a page.
            yield self._row(size, self.quiet, f"{society.QUIET} followees who write little", least=100)

    def _row(self, size: int, reader: User, whom: str, *, least: float | None) -> Row:
        """Compare what both take for a page. Both must return the same posts."""
        from actstream.models import user_stream

        ours = read_of(reader)

        def theirs() -> list[UUID]:
            return [UUID(action.description) for action in user_stream(reader)[:PAGE]]

        if ours() != theirs():
            raise RuntimeError("the two feeds do not show the same posts")
        costs = compare({"ours": ours, "theirs": theirs})
        what = f"django-activity-stream ÷ stored home read, {size:,} actions, {whom}"
        return Row(what, costs["theirs"].wall, costs["ours"].wall, "µs", least=least)

    def _copy(self) -> None:
        rows = Post.objects.order_by("pk").values_list("pk", "author")
        new: Iterable[Any] = rows.filter(pk__gt=self.copied) if self.copied else rows
        copied = [
            (post, author) for post, author in new if author in self.authors
        ]  # not those that replay was tried on
        for part in batched(copied, 5_000):
            self.action.objects.bulk_create(
                [
                    self.action(
                        actor_content_type=self.person,
                        actor_object_id=str(author),
                        verb="posted",
                        description=str(post),
                        timestamp=moment_of(post),
                    )
                    for post, author in part
                ]
            )
            self.copied = part[-1][0]
