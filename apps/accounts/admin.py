"""People in the admin site: suspending and restoring are activities, like everything else."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from apps.core.errors import Refused

from . import services
from .models import Profile, User


@admin.register(User)
class UserAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Accounts. Passwords are set by their owners only."""

    list_display = ("username", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff")
    search_fields = ("username_key",)
    fields = ("username", "email", "is_active", "is_staff", "is_superuser", "groups", "last_login", "date_joined")
    readonly_fields = ("username", "last_login", "date_joined")
    actions = ("suspend", "restore")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.action(description="Suspend: hide them and log them out")
    def suspend(self, request: HttpRequest, people: "QuerySet[User]") -> None:
        self._each(request, people, services.suspend, "suspended")

    @admin.action(description="Restore after a suspension")
    def restore(self, request: HttpRequest, people: "QuerySet[User]") -> None:
        self._each(request, people, services.restore, "restored")

    def _each(self, request: HttpRequest, people: "QuerySet[User]", act: Any, word: str) -> None:
        done = 0
        for user in people:
            try:
                act(person_id=user.pk, by=request.user.pk, now=timezone.now())
                done += 1
            except Refused as refused:
                self.message_user(request, f"{user.username}: {refused.message}", messages.ERROR)
        self.message_user(request, f"{done} {word}.", messages.SUCCESS)


@admin.register(Profile)
class ProfileAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Public profiles: a projection, so only to be read."""

    list_display = ("username", "display_name", "locked", "is_suspended")
    search_fields = ("username",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
