"""Erasing a person takes all that they left here, and what replay makes of the journal then is the same."""

import pytest

from apps.graph.counters import recount_pending
from apps.journal import services as journal
from apps.posts import selectors, services
from apps.posts.counting import counts_of
from apps.posts.models import Like, MergeAuthor, Post, Tagging
from apps.posts.values import Audience, Counts

from .factory import NOW, fold, note

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_everything_that_an_erased_person_left_is_gone_and_counts_follow(person, later):
    ada, bob = person("Ada"), person("Bob")
    post = services.publish(author_id=ada, text="stays", audience=Audience.PUBLIC, now=later())
    services.publish(author_id=bob, text="goes #tag", audience=Audience.PUBLIC, parent_id=post.id, now=later())
    services.like(actor_id=bob, post_id=post.id, now=later())
    services.repost(actor_id=bob, post_id=post.id, now=later())
    fold([note(50, author=bob, pushed=False)])
    recount_pending()
    assert counts_of(post_ids=[post.id]) == {post.id: Counts(1, 1, 1)}
    journal.erase(actor_id=bob, now=later())
    assert list(Post.objects.values_list("author", flat=True)) == [ada]
    assert not Like.objects.exists()
    assert not Tagging.objects.exists()
    assert not MergeAuthor.objects.exists()
    recount_pending()
    assert counts_of(post_ids=[post.id]) == {post.id: Counts()}


def test_erasing_somebody_leaves_what_others_made_of_their_posts_and_nobody_sees_it(person, later):
    ada, bob = person("Ada"), person("Bob")
    post = services.publish(author_id=ada, text="goes", audience=Audience.PUBLIC, now=later())
    shared = services.repost(actor_id=bob, post_id=post.id, now=later()).reposted
    journal.erase(actor_id=ada, now=NOW)
    assert selectors.posts(ids=[post.id]) == {}
    assert selectors.heads(ids=[shared])[shared].reposted == post.id
