"""What is projected is changed by activities: the admin site mostly only shows it."""

from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.functional import cached_property

_MOST_LISTED = 5_000


class FirstPages(Paginator):  # type: ignore[type-arg]
    """The first 5,000: counting all rows reads all of them. Others are found by searching."""

    @cached_property
    def count(self) -> int:
        return self.object_list[:_MOST_LISTED].count()  # type: ignore[attr-defined,no-any-return]


class Listed(admin.ModelAdmin):  # type: ignore[type-arg]
    """A table that is too large to be counted and that nobody adds to or deletes from by hand."""

    ordering = ("-pk",)
    paginator = FirstPages
    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnly(Listed):
    """A table in which nothing is changed by hand either."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
