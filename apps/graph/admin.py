"""Pairs of people in the admin site: to be read. Mutes are left out: they are nobody's business."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from .models import Pair


@admin.register(Pair)
class PairAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("low", "high", "a_following", "b_following", "a_blocked", "b_blocked")
    list_filter = ("a_following", "b_following", "a_blocked", "b_blocked")
    exclude = ("a_mute", "a_unmute", "a_mute_until", "a_muted", "b_mute", "b_unmute", "b_mute_until", "b_muted")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
