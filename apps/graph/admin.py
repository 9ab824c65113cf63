"""Pairs of people in the admin site: to be read. Mutes are left out: they are nobody's business."""

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from apps.accounts.selectors import cards, ids_by_names
from apps.core.admin import ReadOnly

from .models import Pair


@admin.register(Pair)
class PairAdmin(ReadOnly):
    """How people stand to each other, found by one name or by several."""

    list_display = ("names", "a_following", "b_following", "a_requested", "b_requested", "a_blocked", "b_blocked")
    exclude = ("a_mute", "a_unmute", "a_mute_until", "a_muted", "b_mute", "b_unmute", "b_mute_until", "b_muted")
    readonly_fields = ("names",)
    search_fields = ("low",)
    search_help_text = "User names: those of one person, or both of a pair"

    @admin.display(description="a and b")
    def names(self, pair: Pair) -> str:
        found = cards(ids=[pair.low, pair.high])
        low, high = (f"@{found[id].username}" if id in found else str(id) for id in (pair.low, pair.high))
        return f"{low} and {high}"

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Pair]", search_term: str
    ) -> "tuple[QuerySet[Pair], bool]":
        names = search_term.replace("@", " ").split()
        for name in names:
            person = ids_by_names(names=[name])
            queryset = queryset.filter(Q(low__in=person.values()) | Q(high__in=person.values()))
        return queryset, False
