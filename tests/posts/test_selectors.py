"""Posts are read as values, in both directions, and rows that differ from an index are not shown by it."""

from io import StringIO

import pytest
from django.core.management import call_command

from apps.core.ids import MAX, NIL
from apps.posts import activities, selectors
from apps.posts.models import Post, Tagging
from apps.posts.stages import resync_all_tags, resync_tags
from apps.posts.values import Audience, Marks

from .factory import at, edit, fold, head_of, note, removal, repost

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def ids_of(page):
    return [entry.id for entry in page]


def test_an_entry_says_what_places_it():
    parent = note(0)
    fold([parent])
    named = at()
    reply = note(1, parent=head_of(parent), audience=Audience.MENTIONED, mentions=(named,))
    shared = repost(parent, 2)
    fold([reply, shared])
    found = selectors.entries_by_id(ids=[parent.object_id, reply.object_id, shared.object_id, at()])
    one, two, three = (found[a.object_id] for a in (parent, reply, shared))
    assert (one.person, one.post, one.direct, one.named) == (NIL, one.id, False, ())
    assert (two.person, two.post_author, two.direct, two.named) == (parent.actor_id, reply.actor_id, True, (named,))
    assert (three.author, three.post, three.post_author, three.is_repost) == (
        shared.actor_id, parent.object_id, parent.actor_id, True,
    )  # fmt: skip
    assert len(found) == 3


def test_a_post_is_a_head_too():
    post = note(0, text="hello", tags=("a",))
    fold([post, edit(post, 5, text="there", tags=("b",), audience=Audience.UNLISTED)])
    view = selectors.posts(ids=[post.object_id])[post.object_id]
    assert (view.text, view.tags, view.audience, view.standing) == ("there", ("b",), Audience.UNLISTED, True)
    assert view.version == view.edited == head_of(post).version
    assert (view.thread, view.parent, view.is_repost) == (post.object_id, NIL, False)


def test_rows_that_have_no_author_yet_are_not_there():
    post = note(0)
    fold([removal(post, 1)])
    assert selectors.heads(ids=[post.object_id]) == selectors.posts(ids=[post.object_id]) == {}
    assert selectors.entries_by_id(ids=[post.object_id]) == {}


def test_a_persons_entries_page_in_both_directions():
    author = at()
    posts = [note(n, author=author) for n in range(6)]
    fold([*posts, note(3.5), removal(posts[2], 50)])
    expected = [post.object_id for post in posts]
    read = selectors.author_entries
    assert ids_of(read(author=author, limit=3)) == expected[:2:-1]
    assert ids_of(read(author=author, before=expected[3], limit=9)) == expected[2::-1]
    assert ids_of(read(author=author, after=expected[3], newest_first=False, limit=9)) == expected[4:]
    assert ids_of(read(author=author, limit=0)) == []


def test_public_entries_are_standing_public_posts_without_replies_and_reposts():
    post = note(0)
    fold([post])
    fold([note(1, parent=head_of(post)), repost(post, 2), note(3, audience=Audience.UNLISTED)])
    gone, hidden, narrowed, listed = note(4), note(5), note(6), note(7)
    fold([gone, hidden, narrowed, listed, removal(gone, 8), edit(narrowed, 8, audience=Audience.FOLLOWERS)])
    fold([activities.hide(id=at(9), post_id=hidden.object_id, by=at())])
    assert ids_of(selectors.public_entries(limit=9)) == [listed.object_id, post.object_id]
    assert ids_of(selectors.public_entries(limit=9, before=listed.object_id)) == [post.object_id]


def test_a_thread_is_its_first_post_and_all_answers_oldest_first():
    first = note(0)
    fold([first])
    answer = note(1, parent=head_of(first))
    fold([answer])
    deeper = note(2, parent=head_of(answer))
    fold([deeper, note(3)])
    expected = [first.object_id, answer.object_id, deeper.object_id]
    assert ids_of(selectors.thread_entries(thread=first.object_id, limit=9)) == expected
    assert ids_of(selectors.thread_entries(thread=first.object_id, after=expected[0], limit=1)) == [expected[1]]
    assert {head_of(a).thread for a in (first, answer, deeper)} == {first.object_id}


def tag(*posts):
    fold(posts)
    for post in posts:
        resync_tags([post.object_id])


def test_a_tag_lists_public_posts_that_bear_it():
    kept, secret, other = (
        note(1, tags=("a", "b")),
        note(2, tags=("a",), audience=Audience.FOLLOWERS),
        note(3, tags=("b",)),
    )
    tag(kept, secret, other)
    assert ids_of(selectors.tag_entries(tag="a", limit=9)) == [kept.object_id]
    assert ids_of(selectors.tag_entries(tag="b", limit=9)) == [other.object_id, kept.object_id]
    assert ids_of(selectors.tag_entries(tag="b", limit=9, newest_first=False)) == [kept.object_id, other.object_id]
    assert selectors.tag_entries(tag="nobody", limit=9) == []


def test_a_tag_that_the_index_holds_late_is_not_shown_and_the_page_is_filled():
    posts = [note(n, tags=("a",)) for n in range(9)]
    tag(*posts)
    fold(
        [
            edit(posts[8], 20, tags=("b",)),
            removal(posts[7], 20),
            edit(posts[6], 20, audience=Audience.UNLISTED, tags=("a",)),
        ]
    )
    expected = [post.object_id for post in posts[5::-1]]
    assert ids_of(selectors.tag_entries(tag="a", limit=2)) == expected[:2]
    assert ids_of(selectors.tag_entries(tag="a", limit=9)) == expected
    assert ids_of(selectors.tag_entries(tag="a", limit=2, before=expected[1], after=NIL)) == expected[2:4]


def test_the_index_of_tags_follows_the_row():
    post = note(0, tags=("a", "b"))
    tag(post)
    assert set(Tagging.objects.values_list("tag", flat=True)) == {"a", "b"}
    tag(edit(post, 1, tags=("b", "c")))
    assert set(Tagging.objects.values_list("tag", flat=True)) == {"b", "c"}
    tag(removal(post, 2))
    assert not Tagging.objects.exists()
    resync_tags([at()])


def test_tags_are_written_again_when_the_row_changed_meanwhile(monkeypatch):
    post = note(0, tags=("old",))
    fold([post])
    changes = iter([edit(post, 1, tags=("new",))])
    real = Tagging.objects.bulk_create

    def late(rows, **more):
        fold(list(changes))  # Somebody edits between reading the row and writing the index.
        return real(rows, **more)

    monkeypatch.setattr(type(Tagging.objects), "bulk_create", lambda _, rows, **more: late(rows, **more))
    resync_tags([post.object_id])
    assert list(Tagging.objects.values_list("tag", flat=True)) == ["new"]


def test_the_index_of_tags_can_be_made_anew():
    fold([note(n, tags=("a",)) for n in range(5)])
    assert list(resync_all_tags(batch=2)) == [2, 4, 5]
    Tagging.objects.all().delete()
    out = StringIO()
    call_command("resync_tags", stdout=out)
    assert out.getvalue() == "5 posts looked at.\n"
    assert len(selectors.tag_entries(tag="a", limit=9)) == 5


def test_marks_are_a_viewers_own():
    viewer, post, other = at(), note(0), note(1)
    shared = repost(post, 3, actor=viewer)
    fold([post, other, shared, repost(other, 3)])
    fold([activities.like(id=at(4), actor_id=viewer, post_id=other.object_id)])
    fold([activities.like(id=at(4), actor_id=at(), post_id=post.object_id)])
    wanted = [post.object_id, other.object_id]
    assert selectors.marks(viewer_id=viewer, post_ids=wanted) == {
        post.object_id: Marks(liked=False, reposted=shared.object_id),
        other.object_id: Marks(liked=True),
    }
    assert set(selectors.marks(viewer_id=NIL, post_ids=wanted).values()) == {Marks()}


def test_reading_takes_as_many_queries_for_twenty_posts_as_for_one(django_assert_num_queries):
    posts = [note(n) for n in range(20)]
    fold(posts)
    for some in (posts[:1], posts):
        ids = [post.object_id for post in some]
        with django_assert_num_queries(1):
            assert len(selectors.heads(ids=ids)) == len(ids)
        with django_assert_num_queries(1):
            assert len(selectors.posts(ids=[*ids, *ids])) == len(ids)
        with django_assert_num_queries(2):
            selectors.marks(viewer_id=at(), post_ids=ids)


def test_any_id_is_a_position():
    fold([note(n) for n in range(3)])
    assert len(selectors.public_entries(before=at(1.5), limit=9)) == 2
    assert selectors.public_entries(before=NIL, limit=9) == []
    assert len(selectors.public_entries(before=MAX, after=NIL, limit=9)) == 3
    assert Post.objects.count() == 3
