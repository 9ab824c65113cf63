"""Rows by key are what the ORM would return, on every database."""

from datetime import UTC, datetime

import pytest

from apps.core import ids
from apps.core.ids import NIL
from apps.core.rows import rows_by_id
from apps.graph.models import Pair
from apps.posts.models import Post

pytestmark = [pytest.mark.django_db, pytest.mark.database]
NOW = datetime(2026, 5, 1, 12, 0, 0, 123_000, tzinfo=UTC)
POST = tuple(field.name for field in Post._meta.local_concrete_fields)
PAIR = ("pk", "low", "high", "a_following", "a_muted", "a_mute_until", "b_mute_until")


def test_every_kind_of_column_comes_back_as_the_orm_reads_it():
    id, other = ids.mint(now=NOW), ids.mint(now=NOW)
    Post(id=id, author=other, named=(other, id), tags=["ä", "b"], text="%s 'x' $y", standing=True, lang="de").save(
        force_insert=True
    )
    Pair(id=id, low=id, high=other, a_following=True, a_mute_until=NOW).save(force_insert=True)
    assert rows_by_id(Post, [id], POST) == list(Post.objects.filter(pk=id).values_list(*POST))
    assert rows_by_id(Pair, [id], PAIR) == [(id, id, other, True, False, NOW, None)]


def test_what_is_not_there_is_left_out_and_nothing_is_asked_for_nothing(django_assert_num_queries):
    id = ids.mint(now=NOW)
    assert rows_by_id(Post, [id, NIL], ("pk",)) == []
    with django_assert_num_queries(0):
        assert rows_by_id(Post, [], ("pk",)) == []


def test_many_are_asked_for_in_parts_and_each_comes_once(django_assert_num_queries):
    many = [ids.mint(now=NOW) for _ in range(501)]
    Post.objects.bulk_create([Post(id=id, author=id) for id in many[:3]])
    with django_assert_num_queries(2):
        found = rows_by_id(Post, [*many, *many], ("pk", "author"))
    assert sorted(found) == sorted((id, id) for id in many[:3])
