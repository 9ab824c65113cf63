"""Posts in the admin site: read-only. Staff may hide and show them, which are activities like any other."""

from uuid import UUID

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from apps.core.admin import ReadOnly
from apps.core.cursors import parse_id
from apps.core.errors import Refused

from . import services
from .models import Post
from .values import Audience

MASKED = "For the people it mentions only"
_EXCERPT = 80


@admin.register(Post)
class PostAdmin(ReadOnly):
    """Rows are projections: what is to change goes through the journal."""

    list_display = ("id", "author", "kind", "readers", "standing", "excerpt")
    list_filter = ("standing", "listed")
    search_fields = ("id", "author")
    search_help_text = "The id of a post or of an author"
    actions = ("hide", "show")
    fields = (
        *("id", "author", "readers", "kind", "standing", "what_it_says", "lang", "parent", "thread", "reposted"),
        *("created", "updated", "deleted", "hidden", "shown", "pushed", "imported", "source"),
    )
    readonly_fields = fields

    def has_hide_permission(self, request: HttpRequest) -> bool:
        return admin.ModelAdmin.has_change_permission(self, request)

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Post]", search_term: str
    ) -> "tuple[QuerySet[Post], bool]":
        """Find by id only, through an index: no search reads what people wrote to each other."""
        try:
            id = parse_id(search_term.strip(), field="the search term")
        except Refused as refused:
            self.message_user(request, refused.message, messages.WARNING)
            return queryset.none(), False
        return (queryset.filter(Q(pk=id) | Q(author=id)) if id else queryset), False

    @admin.display(description="for")
    def readers(self, post: Post) -> str:
        return Audience(post.audience).word

    @admin.display
    def kind(self, post: Post) -> str:
        if post.reposted.int:
            return "repost"
        return "reply" if post.parent.int else "post"

    @admin.display(description="text")
    def excerpt(self, post: Post) -> str:
        text = self.what_it_says(post)
        return text if len(text) <= _EXCERPT else f"{text[:_EXCERPT]}…"

    @admin.display(description="text")
    def what_it_says(self, post: Post) -> str:
        return MASKED if post.direct or post.audience == Audience.MENTIONED else post.text

    @admin.action(description="Hide from everybody", permissions=["hide"])
    def hide(self, request: HttpRequest, rows: "QuerySet[Post]") -> None:
        for post in rows:
            services.hide(post_id=post.pk, by=_who(request), now=timezone.now())
        self.message_user(request, f"{len(rows)} hidden.", messages.SUCCESS)

    @admin.action(description="Show again", permissions=["hide"])
    def show(self, request: HttpRequest, rows: "QuerySet[Post]") -> None:
        for post in rows:
            services.show(post_id=post.pk, by=_who(request), now=timezone.now())
        self.message_user(request, f"{len(rows)} shown again.", messages.SUCCESS)


def _who(request: HttpRequest) -> UUID:
    who = request.user.pk
    assert who is not None  # Nobody in particular has no permission.
    return who
