"""The journal in the admin site: read-only, by actor or recent, through the journal's interface and no table."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone

from apps.core.admin import ReadOnly
from apps.core.cursors import parse_id
from apps.core.errors import Refused

from . import records
from .models import JournalRecord


@admin.register(JournalRecord)
class JournalAdmin(ReadOnly):
    """A page, not a table: whichever backend keeps the journal answers."""

    def get_urls(self) -> list[URLPattern]:
        return [path("", self.admin_site.admin_view(self.page), name="journal_journalrecord_changelist")]

    def page(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        problem, found = "", []
        try:
            found = self._records(request)
        except Refused as refused:
            problem = refused.message
        context = {
            **self.admin_site.each_context(request), "title": "Journal", "opts": self.model._meta, "records": found,
            "problem": problem, "actor": request.GET.get("actor", ""), "only": request.GET.get("only", ""),
        }  # fmt: skip
        return render(request, "admin/journal/records.html", context, status=400 if problem else 200)

    def _records(self, request: HttpRequest) -> list[records.Record]:
        if request.GET.get("only") == "failed":
            return records.set_aside()
        actor = parse_id(request.GET.get("actor", "").strip(), field="actor")
        if actor is None:
            return records.recent(now=timezone.now())
        return records.by_actor(actor_id=actor, before=parse_id(request.GET.get("before"), field="before"))
