"""Large fan-outs go in chunks, go on where they stood, and are done when everybody has the entry."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from kombu.exceptions import OperationalError

from apps.core.breaker import Breaker, Open
from apps.journal import tasks as journal_tasks
from apps.journal.handler import journal
from apps.journal.services import erase
from apps.timelines import fanout, large, stages, tasks
from apps.timelines.backends.base import Unavailable
from apps.timelines.handler import timelines
from apps.timelines.models import FanoutPosition
from apps.timelines.stages import FANOUT

pytestmark = pytest.mark.django_db
FOLLOWERS = 7


class Queue:
    """Takes jobs as a broker does, unless it is away with an error; the test is the worker."""

    def __init__(self) -> None:
        self.waiting: list[dict[str, str]] = []
        self.away: Exception | None = None

    def delay(self, **what: str) -> None:
        if self.away:
            raise self.away
        self.waiting.append(what)

    def work(self) -> bool:
        """Do the next job; say whether there was one."""
        if self.waiting:
            tasks.push_on.run(**self.waiting.pop(0))
        return bool(self.waiting)

    def work_all(self) -> None:
        while self.work():
            pass


@pytest.fixture
def queue(settings, monkeypatch) -> Queue:
    """Workers, and chunks of two."""
    queue = Queue()
    settings.CELERY_TASK_ALWAYS_EAGER = False
    monkeypatch.setattr(fanout, "CHUNK", 2)
    monkeypatch.setattr(tasks.push_on, "delay", queue.delay)
    monkeypatch.setattr(journal_tasks, "_queue", Breaker(OperationalError, OSError))
    monkeypatch.setattr(journal_tasks.carry_out, "delay", lambda **what: journal_tasks.carry_out.run(**what))
    return queue


@pytest.fixture
def author(world) -> UUID:
    """Somebody with seven followers, all of whose timelines are stored."""
    author, *followers = world.people(FOLLOWERS + 1)
    world.followers = sorted(followers)
    for follower in followers:
        world.follow(follower, author)
    world.sweep()  # Where a store is seen for the first time, the newest drops are repeated.
    for follower in followers:
        world.home(follower)
    return author


def have(world, post: UUID) -> int:
    """Count the followers in whose stored timelines the post is; none has it twice."""
    found = [world.home(follower).count(post) for follower in world.followers]
    assert max(found) <= 1
    return sum(found)


def stored(world, post: UUID) -> int:
    epoch = stages._epoch()
    parts = [timelines().read(f, epoch=epoch, limit=50, now=world.now) for f in world.followers]
    assert all(parts)
    return sum(sum(entry.id == post for entry in part.entries) for part in parts)


def is_done(world, author: UUID) -> bool:
    newest = journal().by_actor(author, limit=1)[0]
    return FANOUT in journal().marks([newest.id]).get(newest.id, ())


def test_each_job_pushes_a_chunk_and_hands_on_the_next(queue, world, author):
    post = world.post(author)
    reached = []
    while not is_done(world, author):
        reached.append(stored(world, post))
        assert len(queue.waiting) == 1
        queue.work()
    assert (reached, stored(world, post)) == ([2, 4, 6], FOLLOWERS)
    assert not FanoutPosition.objects.exists()
    assert have(world, post) == FOLLOWERS
    assert world.wrong() == []


def test_other_posts_go_between(queue, world, author):
    world.post(author)
    small, reader = world.people(2)
    world.follow(reader, small)
    world.home(reader)
    post = world.post(small)
    assert world.home(reader)[0] == post
    assert len(queue.waiting) == 1, "the large one still has chunks to go"


def test_a_chain_that_breaks_is_taken_up_where_it_stood(queue, world, author):
    post = world.post(author)
    queue.work()
    queue.waiting.clear()  # The worker was killed, and its job with it.
    world.sweep()
    assert not queue.waiting, "it may be alive"
    at = FanoutPosition.objects.get()
    FanoutPosition.objects.update(moved_at=world.now - large.STALLED)
    world.sweep()
    assert [UUID(job["after"]) for job in queue.waiting] == [at.position]
    queue.work_all()
    assert (stored(world, post), is_done(world, author)) == (FOLLOWERS, True)


def test_what_others_are_at_is_not_begun_anew(queue, world, author, monkeypatch):
    post = world.post(author)
    queue.work()
    pushed: list[UUID] = []
    monkeypatch.setattr(fanout, "push_chunk", lambda entry, *, after, epoch: pushed.append(after))
    world.sweep()
    assert (pushed, stored(world, post)) == ([], 4)


def test_a_job_that_waited_until_another_took_over_has_expired():
    assert tasks.push_on.expires == large.STALLED.total_seconds()


def test_nothing_stands_of_a_fan_out_whose_author_was_erased(queue, world, author):
    world.post(author)
    assert FanoutPosition.objects.exists()
    erase(actor_id=author, now=world.now)
    assert not FanoutPosition.objects.exists()
    queue.work_all()
    assert not FanoutPosition.objects.exists()


def test_of_two_chains_the_one_behind_ends(queue, world, author):
    post = world.post(author)
    queue.waiting *= 2  # Delivered twice, as after a visibility time-out.
    jobs = 0
    while queue.waiting:
        queue.work()
        jobs += 1
    assert jobs == 4, "three chunks, and one job that found another ahead"
    assert (stored(world, post), is_done(world, author)) == (FOLLOWERS, True)


def test_a_chunk_that_always_fails_is_set_aside_and_said(queue, world, author, settings, monkeypatch):
    settings.JOURNAL_ATTEMPTS = 2
    world.post(author)

    def fail(*args: object, **more: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(fanout, "push_chunk", fail)
    queue.work_all()
    FanoutPosition.objects.update(moved_at=world.now - large.STALLED)
    world.sweep()
    queue.work_all()
    assert [error for _, error in journal().failures().values()] == ["RuntimeError: no"]
    assert [times for times, _ in journal().failures().values()] == [2]
    world.sweep()
    assert [times for times, _ in journal().failures().values()] == [2]


def test_a_store_that_is_away_is_no_failure(queue, world, author, monkeypatch):
    world.post(author)

    def fail(*args: object, **more: object) -> None:
        raise Unavailable("away")

    with monkeypatch.context() as patch:
        patch.setattr(fanout, "push_chunk", fail)
        queue.work_all()
    assert journal().failures() == {}
    FanoutPosition.objects.update(moved_at=world.now - timedelta(days=1))
    world.sweep()
    queue.work_all()
    assert is_done(world, author)


@pytest.mark.parametrize("error", [OperationalError("away"), ConnectionRefusedError("away"), Open("away")])
def test_a_queue_that_is_away_is_no_failure(queue, world, author, error):
    queue.away = error
    post = world.post(author)
    for _ in range(3):
        FanoutPosition.objects.update(moved_at=world.now - large.STALLED)
        world.sweep()
    assert journal().failures() == {}
    assert (stored(world, post), is_done(world, author)) == (2, False)
    queue.away = None
    journal_tasks._queue.close()
    FanoutPosition.objects.update(moved_at=world.now - large.STALLED)
    world.sweep()
    queue.work_all()
    assert (stored(world, post), is_done(world, author)) == (FOLLOWERS, True)


def test_where_jobs_run_in_the_process_the_sweeper_does_what_no_request_waits_for(world, author, monkeypatch, settings):
    settings.CELERY_TASK_ALWAYS_EAGER = True
    monkeypatch.setattr(fanout, "CHUNK", 2)
    post = world.post(author)
    assert (stored(world, post), is_done(world, author)) == (2, False)
    world.sweep()
    assert (stored(world, post), is_done(world, author)) == (FOLLOWERS, True)


@pytest.mark.parametrize("away", [None, OperationalError("away")])
def test_in_a_batch_only_the_large_ones_stay_pending(queue, world, author, away):
    small, reader = world.people(2)
    world.follow(reader, small)
    world.home(reader)
    made = [journal().by_actor(who, limit=1)[0] for who in (author, small) if world.post(who)]
    FanoutPosition.objects.update(moved_at=world.now - large.STALLED)
    queue.away = away
    with pytest.raises(stages.NotYet) as refused:
        stages.fan_out(made, now=world.now)
    assert refused.value.left == {made[0].id}


def test_a_batch_asks_the_graph_as_often_for_seven_authors_as_for_two(world):
    *authors, reader = world.people(10)
    world.follow(reader, *authors)
    world.sweep()
    world.home(reader)
    asked = []
    for some in (authors[:2], authors[2:]):
        made = [journal().by_actor(author, limit=1)[0] for author in some if world.post(author)]
        with CaptureQueriesContext(connection) as captured:
            stages.fan_out(made, now=world.now)
        asked.append(sum("graph_pair" in query["sql"] for query in captured))
    assert asked == [4, 4], "two ends, before the markers are read and after"
