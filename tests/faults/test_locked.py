"""SQLite is locked by another writer: reads go on, writes say so after a while, and nothing is lost or doubled."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from django.db import connection
from django.test import Client

from apps.accounts.models import User
from apps.accounts.services import register_person
from apps.journal import services
from apps.posts.models import Post
from tests.functional.society import NOW

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite is locked as a whole"),
]


@contextmanager
def locked() -> Iterator[None]:
    """Hold the write lock, as another program does; our own patience is shortened."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 200")
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


def test_reads_go_on_and_a_write_is_taken_once_when_it_is_tried_again():
    user = User.objects.create_user(username="jun", password="a long way home 9")
    register_person(user=user, now=NOW)
    client = Client()
    client.force_login(user)
    form = {"text": "High water.", "audience": "public", "key": "k"}
    with locked():
        for path in ("/", "/explore/", "/@jun/"):
            assert client.get(path).status_code == 200
        assert client.get("/")["X-Degraded"] == "timelines"
        refused = client.post("/write/", form)
        assert (refused.status_code, refused["Retry-After"]) == (503, "5")
        assert ">High water.</textarea>" in refused.content.decode()
        assert not Post.objects.exists()
        assert services._takes_no_writes()  # So what waits for it is not set aside, however long it lasts.
    assert [client.post("/write/", form).status_code for _ in range(2)] == [303, 303]
    assert Post.objects.count() == 1
