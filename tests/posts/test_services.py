"""Writing posts: what is decided at acceptance, who may do what, and that doing it twice does it once."""

from datetime import timedelta

import pytest

from apps.accounts import services as accounts
from apps.core import ids
from apps.core.errors import NotFound, Unavailable
from apps.core.ids import NIL
from apps.graph import services as graph
from apps.graph.counters import recount_pending, values
from apps.journal.exceptions import KeyReused
from apps.journal.handler import journal
from apps.posts import selectors, services
from apps.posts.counting import POSTS, counts_of
from apps.posts.exceptions import AudienceRefused, NotYours, PostNotFound, TextRefused
from apps.posts.models import Like, Post, Tagging
from apps.posts.values import Audience

from .factory import NOW, at

pytestmark = [pytest.mark.django_db, pytest.mark.shared]


@pytest.fixture
def ada(person):
    return person("Ada")


@pytest.fixture
def bob(person):
    return person("Bob")


@pytest.fixture
def publish(later):
    def do(author, text="hello", audience=Audience.PUBLIC, **more):
        return services.publish(author_id=author, text=text, audience=audience, now=more.pop("now", later()), **more)

    return do


def view(head):
    return selectors.posts(ids=[head.id])[head.id]


def counts(head):
    recount_pending()
    return counts_of(post_ids=[head.id])[head.id]


def test_a_post_is_stored_with_all_that_was_decided(ada, bob, publish):
    head = publish(ada, "Hi @bob and @nobody, #Rivers are low #rivers\r\nhttps://example.org/#not", lang="en")
    post = view(head)
    assert post.text == "Hi @bob and @nobody, #Rivers are low #rivers\nhttps://example.org/#not"
    assert (post.mentions, post.named, post.tags, post.lang) == ((bob,), (bob,), ("rivers",), "en")
    assert (post.thread, post.parent, post.person, post.pushed) == (post.id, NIL, NIL, True)
    assert (post.standing, post.audience, post.direct, post.edited) == (True, Audience.PUBLIC, False, NIL)


def test_a_post_is_published_at_the_time_of_its_create_under_an_id_of_its_own(ada, publish):
    head = publish(ada)
    created = Post.objects.get(pk=head.id).created
    assert created != head.id
    assert ids.tick_of(created) == ids.tick_of(head.id)


def test_posts_of_one_author_stand_in_the_order_of_writing_though_clocks_differ(ada, publish):
    written = [
        publish(ada, f"{n}", now=NOW + timedelta(milliseconds=wrong)).id for n, wrong in enumerate((900, -900, 0))
    ]
    assert written == sorted(written)


def test_an_answer_stands_behind_what_it_answers_though_clocks_differ(ada, bob, publish):
    parent = publish(ada, now=NOW + timedelta(milliseconds=900))
    answer = publish(bob, now=NOW - timedelta(milliseconds=900), parent_id=parent.id)
    assert answer.id > parent.id
    assert (answer.parent, answer.thread, answer.person) == (parent.id, parent.id, ada)
    deeper = publish(ada, parent_id=answer.id)
    assert (deeper.parent, deeper.thread, deeper.person) == (answer.id, parent.id, bob)


def test_a_double_submit_makes_one_post(ada, publish):
    first, second = (publish(ada, "once", key="k") for _ in range(2))
    assert first == second
    assert Post.objects.count() == 1


def test_the_same_key_for_another_text_is_refused(ada, publish):
    publish(ada, "once", key="k")
    with pytest.raises(KeyReused) as refused:
        publish(ada, "twice", key="k")
    assert refused.value.status == 422
    assert Post.objects.count() == 1


def test_a_reply_is_found_by_its_key_though_what_it_answers_is_gone(ada, bob, publish):
    parent = publish(ada)
    reply = publish(bob, "yes", parent_id=parent.id, key="k")
    services.delete(actor_id=ada, post_id=parent.id, now=NOW + timedelta(seconds=1))
    assert publish(bob, "yes", parent_id=parent.id, key="k").id == reply.id
    with pytest.raises(KeyReused):
        publish(bob, "no", parent_id=parent.id, key="k")
    with pytest.raises(PostNotFound):
        publish(bob, "yes", parent_id=parent.id, key="another")


def test_a_key_belongs_to_one_person(ada, bob, publish):
    assert publish(ada, "mine", key="k").author == ada
    assert publish(bob, "mine", key="k").author == bob


def test_a_refused_text_leaves_nothing(ada, publish):
    for text in ("", "a" * 501, "\ud800", "a\x00"):
        with pytest.raises(TextRefused):
            publish(ada, text)
    assert not Post.objects.exists()


def test_a_site_being_moved_takes_nothing(ada, publish, settings):
    settings.READ_ONLY = True
    with pytest.raises(Unavailable):
        publish(ada)


def test_at_most_fifty_people_are_mentioned(ada, person, publish):
    people = [person(f"p{n}") for n in range(52)]
    head = publish(ada, " ".join(f"@p{n}" for n in range(52)))
    assert head.mentions == tuple(people[:50])


@pytest.mark.parametrize(("followers", "pushed"), [(0, True), (3, True), (4, False)])
def test_whether_a_post_is_pushed_is_decided_when_it_is_accepted(
    ada, bob, publish, settings, has_followers, followers, pushed, later
):
    settings.PUSH_LIMIT = 3
    shared = publish(bob)
    has_followers(ada, followers)
    assert publish(ada).pushed is pushed
    mark = services.repost(actor_id=ada, post_id=shared.id, now=later())
    assert selectors.heads(ids=[mark.reposted])[mark.reposted].pushed is pushed
    assert (ada in selectors.merge_authors()) is not pushed
    merged = selectors.entries(authors=[ada], limit=9, merged_only=True)
    assert len(merged) == (0 if pushed else 2)


# Who may see what one answers, likes, reposts


def test_what_one_may_not_see_can_be_neither_answered_nor_liked_nor_reposted(ada, bob, publish, later):
    for_few = [publish(ada, audience=Audience.FOLLOWERS), publish(ada, "psst", Audience.MENTIONED)]
    gone = publish(ada)
    services.delete(actor_id=ada, post_id=gone.id, now=later())
    hidden = publish(ada)
    services.hide(post_id=hidden.id, by=at(), now=later())
    for id in (*(head.id for head in for_few), gone.id, hidden.id, at()):
        with pytest.raises(PostNotFound) as refused:
            publish(bob, parent_id=id)
        assert refused.value.status == 404
        with pytest.raises(NotFound):
            services.like(actor_id=bob, post_id=id, now=later())
        with pytest.raises(NotFound):
            services.repost(actor_id=bob, post_id=id, now=later())
    assert not Like.objects.exists()


def test_a_suspended_persons_posts_are_out_of_reach_until_they_are_restored(ada, bob, publish, later):
    post = publish(ada)
    accounts.suspend(person_id=ada, by=at(), now=later())
    with pytest.raises(PostNotFound):
        publish(bob, parent_id=post.id)
    accounts.restore(person_id=ada, by=at(), now=later())
    assert publish(bob, parent_id=post.id)


def test_followers_and_mentioned_people_may_answer(ada, bob, publish, later):
    graph.follow(actor_id=bob, person_id=ada, now=later())
    assert publish(bob, parent_id=publish(ada, audience=Audience.FOLLOWERS).id)
    assert publish(bob, parent_id=publish(ada, "@bob psst", Audience.MENTIONED).id)


@pytest.mark.parametrize("blocker", ["ada", "bob"])
def test_nobody_answers_across_a_block(ada, bob, publish, later, blocker):
    post = publish(ada, "@bob hello")
    actor, person = (ada, bob) if blocker == "ada" else (bob, ada)
    graph.block(actor_id=actor, person_id=person, now=later())
    with pytest.raises(PostNotFound):
        publish(bob, parent_id=post.id)
    assert publish(ada, parent_id=post.id)


@pytest.mark.parametrize(("audience", "works"), [(0, True), (1, True), (2, False), (3, False)])
def test_only_public_unlisted_and_own_posts_are_reposted(ada, bob, publish, later, audience, works):
    graph.follow(actor_id=bob, person_id=ada, now=later())
    post = publish(ada, "@bob", Audience(audience))
    assert services.repost(actor_id=ada, post_id=post.id, now=later()).reposted != NIL
    if works:
        assert services.repost(actor_id=bob, post_id=post.id, now=later()).reposted != NIL
    else:
        with pytest.raises(AudienceRefused, match="only its author can repost it"):
            services.repost(actor_id=bob, post_id=post.id, now=later())


# Marks


def test_liking_twice_likes_once_and_unliking_ends_it(ada, bob, publish, later):
    post = publish(ada)
    for _ in range(2):
        assert services.like(actor_id=bob, post_id=post.id, now=later()).liked
    assert Like.objects.count() == 1
    assert counts(post) == (0, 0, 1)
    for _ in range(2):
        assert not services.unlike(actor_id=bob, post_id=post.id, now=later()).liked
    assert counts(post) == (0, 0, 0)
    services.like(actor_id=bob, post_id=post.id, now=later())
    assert counts(post) == (0, 0, 1)


def test_a_like_is_taken_back_from_what_can_no_longer_be_seen(ada, bob, publish, later):
    post = publish(ada)
    services.like(actor_id=bob, post_id=post.id, now=later())
    graph.block(actor_id=ada, person_id=bob, now=later())
    assert not services.unlike(actor_id=bob, post_id=post.id, now=later()).liked


def test_reposting_again_after_an_undo_makes_another(ada, bob, publish, later):
    post = publish(ada)
    first = services.repost(actor_id=bob, post_id=post.id, now=later()).reposted
    assert services.repost(actor_id=bob, post_id=post.id, now=later()).reposted == first
    assert services.undo_repost(actor_id=bob, post_id=post.id, now=later()).reposted == NIL
    assert services.undo_repost(actor_id=bob, post_id=post.id, now=later()).reposted == NIL
    second = services.repost(actor_id=bob, post_id=post.id, now=later()).reposted
    assert second not in (NIL, first)
    heads = selectors.heads(ids=[first, second])
    assert (heads[first].standing, heads[second].standing) == (False, True)
    assert counts(post) == (0, 1, 0)


def test_a_repost_stands_for_its_post(ada, bob, person, publish, later):
    post = publish(ada)
    shared = services.repost(actor_id=bob, post_id=post.id, now=later()).reposted
    carol = person("Carol")
    assert services.like(actor_id=carol, post_id=shared, now=later()).liked
    answer = publish(carol, parent_id=shared)
    assert (answer.parent, answer.person) == (post.id, ada)
    again = services.repost(actor_id=carol, post_id=shared, now=later()).reposted
    assert selectors.heads(ids=[again])[again].reposted == post.id
    assert counts(post) == (1, 2, 1)


def test_counts_count_people_and_what_stands(ada, bob, publish, later):
    post = publish(ada)
    answer, gone, hidden = (publish(bob, parent_id=post.id) for _ in range(3))
    services.delete(actor_id=bob, post_id=gone.id, now=later())
    services.hide(post_id=hidden.id, by=at(), now=later())
    services.repost(actor_id=bob, post_id=answer.id, now=later())
    assert counts(post) == (1, 0, 0)
    assert counts(answer) == (0, 1, 0)
    services.show(post_id=hidden.id, by=at(), now=later())
    assert counts(post) == (2, 0, 0)
    assert values(ids=[ada, bob], kinds=[POSTS]) == {(ada, POSTS): 1, (bob, POSTS): 2}


# Editing


def test_an_edit_replaces_what_a_post_says(ada, bob, publish, later):
    head = publish(ada, "Hi @bob #a")
    edited = services.edit(actor_id=ada, post_id=head.id, text="Hi #b", now=later())
    post = view(head)
    assert (post.text, post.mentions, post.named, post.tags) == ("Hi #b", (), (bob,), ("b",))
    assert edited.version > head.version
    assert post.edited == edited.version
    assert set(Tagging.objects.values_list("tag", flat=True)) == {"b"}


def test_an_edit_that_changes_nothing_is_none(ada, publish, later):
    head = publish(ada, "same #a")
    assert services.edit(actor_id=ada, post_id=head.id, text="same #a", now=later()) == head


@pytest.mark.parametrize(("before", "after"), [(1, 0), (2, 0), (2, 1), (3, 0), (3, 2)])
def test_an_edit_can_not_widen_the_audience(ada, publish, later, before, after):
    head = publish(ada, audience=Audience(before))
    with pytest.raises(AudienceRefused, match="can't be opened to"):
        services.edit(actor_id=ada, post_id=head.id, text="more", audience=Audience(after), now=later())
    assert view(head).text == "hello"


def test_an_edit_may_narrow_the_audience(ada, publish, later):
    head = publish(ada)
    services.edit(actor_id=ada, post_id=head.id, text="hello", audience=Audience.FOLLOWERS, now=later())
    assert view(head).audience is Audience.FOLLOWERS
    services.edit(actor_id=ada, post_id=head.id, text="less", now=later())
    assert view(head).audience is Audience.FOLLOWERS


@pytest.mark.parametrize("audience", [Audience.MENTIONED, Audience.PUBLIC])
def test_no_edit_names_further_people_in_a_post_for_mentioned_people(ada, bob, person, publish, later, audience):
    person("Carol")
    head = publish(ada, "@bob psst", audience)
    with pytest.raises(AudienceRefused, match="Take the new names out"):
        services.edit(actor_id=ada, post_id=head.id, text="@bob @carol psst", audience=Audience.MENTIONED, now=later())
    narrowed = services.edit(actor_id=ada, post_id=head.id, text="psst", audience=Audience.MENTIONED, now=later())
    assert narrowed.addressed == ()


def test_somebody_elses_post_is_as_good_as_none(ada, bob, publish, later):
    head = publish(ada)
    with pytest.raises(NotYours) as refused:
        services.edit(actor_id=bob, post_id=head.id, text="mine now", now=later())
    assert refused.value.status == 404
    with pytest.raises(NotYours):
        services.delete(actor_id=bob, post_id=head.id, now=later())
    assert view(head).standing


# Deleting


def texts_in_journal():
    return [activity.payload["text"] for _, activity in journal().scan() if "text" in activity.payload]


def test_a_deletion_empties_the_row_and_the_journal(ada, bob, publish, later):
    head, other = publish(ada, "secret @bob #secret"), publish(ada, "other")
    services.edit(actor_id=ada, post_id=head.id, text="still secret", now=later())
    for _ in range(2):
        services.delete(actor_id=ada, post_id=head.id, now=later())
    post = view(head)
    assert (post.text, post.tags, post.mentions, post.standing, post.deleted) == ("", (), (), False, True)
    assert texts_in_journal() == ["other"]
    assert not Tagging.objects.exists()
    assert view(other).standing
    with pytest.raises(PostNotFound):
        services.edit(actor_id=ada, post_id=head.id, text="back again", now=later())


def test_an_update_that_arrives_after_the_deletion_empties_itself(ada, publish, later, monkeypatch):
    head = publish(ada, "secret")
    stale = view(head)
    services.delete(actor_id=ada, post_id=head.id, now=later())
    # It was checked before the deletion, and is accepted after.
    monkeypatch.setattr(services, "own", lambda **_: stale)
    services.edit(actor_id=ada, post_id=head.id, text="late secret", now=later())
    assert texts_in_journal() == []
    assert view(head).text == ""


def test_hiding_and_showing_are_acts_of_staff_in_the_journal(ada, publish, later):
    head = publish(ada)
    services.hide(post_id=head.id, by=at(), now=later())
    assert not view(head).standing
    with pytest.raises(PostNotFound):
        services.edit(actor_id=ada, post_id=head.id, text="still here", now=later())
    services.show(post_id=head.id, by=at(), now=later())
    assert view(head).standing
    assert view(head).text == "hello"
    with pytest.raises(PostNotFound):
        services.hide(post_id=at(), by=at(), now=later())


def test_taking_back_a_repost_again_later_is_another_act(ada, bob, publish):
    """A page holds one key for each of its buttons, and stays open while things change."""
    head = publish(ada)
    for seconds in (1, 3):
        services.repost(actor_id=bob, post_id=head.id, now=NOW + timedelta(seconds=seconds))
        undone = {"actor_id": bob, "post_id": head.id, "key": "one page"}
        assert services.undo_repost(**undone, now=NOW + timedelta(seconds=seconds + 1)).reposted == NIL


def test_saving_an_unchanged_post_edits_nothing(ada, publish, later):
    head = publish(ada, "As it is")
    said = {"actor_id": ada, "post_id": head.id, "text": "As it is"}
    assert services.edit(**said, now=later(), key="a").version == head.version
    assert view(head).edited == NIL
    edited = services.edit(**{**said, "text": "As it was"}, now=later(), key="b")
    assert services.edit(**{**said, "text": "As it was"}, now=later(), key="b").version == edited.version
    with pytest.raises(KeyReused):
        services.edit(**said, now=later(), key="b")
