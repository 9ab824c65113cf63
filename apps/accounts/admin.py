"""People in the admin site: suspending and restoring are activities, like everything else."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from apps.core.admin import Listed
from apps.core.errors import Refused

from . import selectors, services
from .models import Profile, User
from .names import name_key

# One way to log in: limits, and whatever else stands before it, hold for staff as well.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
# With these rows anybody's link to a new password could be led elsewhere: people change their own.
admin.site.unregister(EmailAddress)


@admin.register(User)
class UserAdmin(Listed):
    """Accounts. Passwords are set by their owners only."""

    list_display = ("username", "is_active", "is_staff", "last_login")
    search_fields = ("username_key",)
    search_help_text = "The beginning of a user name"
    fields = ("username", "email", "is_active", "is_staff", "is_superuser", "groups", "last_login", "date_joined")
    readonly_fields = ("username", "last_login", "date_joined")
    actions = ("suspend", "restore")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Let only superusers say who is staff, who may log in at all, and where a link to a new password goes."""
        if request.user.is_superuser:  # type: ignore[union-attr]
            return self.readonly_fields
        return (*self.readonly_fields, "email", "is_active", "is_staff", "is_superuser", "groups")

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[User]", search_term: str
    ) -> "tuple[QuerySet[User], bool]":
        """Find by how a name begins: an index serves that."""
        start = name_key(search_term.strip().removeprefix("@"))
        return queryset.filter(username_key__startswith=start) if start else queryset, False

    @admin.action(description="Suspend: hide them and log them out", permissions=["change"])
    def suspend(self, request: HttpRequest, people: "QuerySet[User]") -> None:
        self._each(request, people, services.suspend, "suspended")

    @admin.action(description="Restore after a suspension", permissions=["change"])
    def restore(self, request: HttpRequest, people: "QuerySet[User]") -> None:
        self._each(request, people, services.restore, "restored")

    def _each(self, request: HttpRequest, people: "QuerySet[User]", act: Any, word: str) -> None:
        done = 0
        for user in people:
            if why := _why_not(request.user, user):
                self.message_user(request, f"@{user.username}: {why}", messages.ERROR)
                continue
            try:
                act(person_id=user.pk, by=request.user.pk, now=timezone.now())
                done += 1
            except Refused as refused:
                self.message_user(request, f"@{user.username}: {refused.message}", messages.ERROR)
        self.message_user(request, f"{done} {word}.", messages.SUCCESS)


def _why_not(actor: Any, user: User) -> str:
    """Say why ``actor`` may not suspend or restore somebody: no moderator locks those out who could undo it."""
    if user.pk == actor.pk:
        return "Nobody does this to themselves. Ask another of the staff."
    if (user.is_staff or user.is_superuser) and not actor.is_superuser:
        return "Only superusers do this to staff."
    return ""


@admin.register(Profile)
class ProfileAdmin(Listed):
    """Public profiles: a projection, so only to be read."""

    list_display = ("username", "display_name", "locked", "is_suspended")
    search_fields = ("username",)
    search_help_text = "A user name"

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Profile]", search_term: str
    ) -> "tuple[QuerySet[Profile], bool]":
        people = selectors.ids_by_names(names=[search_term.strip().removeprefix("@")]).values()
        return queryset.filter(pk__in=people) if search_term else queryset, False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
