"""Addresses of the pages. A person's are under ``/@name/``, a post's under its author's, by its id in hex."""

from typing import Any
from uuid import UUID

from django.urls import path, register_converter

from .views import feeds, hidden, people, profiles, requests, settings, threads, tier, writing


class HexId:
    """An id as 32 hex digits."""

    regex = "[0-9a-f]{32}"

    def to_python(self, value: str) -> UUID:
        return UUID(value)

    def to_url(self, value: Any) -> str:
        return value.hex if isinstance(value, UUID) else str(value)


register_converter(HexId, "hexid")

app_name = "web"
urlpatterns = [
    path("", feeds.home, name="home"),
    path("explore/", feeds.explore, name="explore"),
    path("tags/<str:tag>/", feeds.tag, name="tag"),
    path("write/", writing.write, name="write"),
    path("requests/", requests.waiting, name="requests"),
    path("settings/profile/", settings.profile, name="settings_profile"),
    path("settings/muted/", hidden.muted, name="muted"),
    path("settings/blocked/", hidden.blocked, name="blocked"),
    path("tier/", tier.tier, name="tier"),
    path("@<str:name>/", profiles.profile, name="profile"),
    path("@<str:name>/followers/", profiles.followers, name="followers"),
    path("@<str:name>/following/", profiles.following, name="following"),
    path("@<str:name>/mute/", people.mute, name="mute"),
    path("@<str:name>/block/", people.block, name="block"),
    path("@<str:name>/<hexid:post_id>/", threads.thread, name="thread"),
    path("@<str:name>/<hexid:post_id>/edit/", writing.edit, name="edit"),
    path("@<str:name>/<hexid:post_id>/delete/", writing.delete, name="delete"),
]
