"""A store of timelines that comes back without what it was given last is given that again: pushes and drops."""

from datetime import timedelta

import pytest
import redis

from apps.core.backends.redis import breaker_of
from apps.journal import services as journal
from apps.journal import sweeper
from apps.journal.exceptions import NotThrough
from apps.journal.handler import journal as log
from apps.timelines import epochs, home, redelivery, selectors, stages
from apps.timelines.backends.base import Unavailable
from apps.timelines.models import StoreSeen
from tests.servers.redis import RedisServer
from tests.timelines.scheduler import orders, pause, step
from tests.waiting import wait_until

from .world import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def start(redis_server, tmp_path):
    """Return how to start a server that the test may harm; it is stopped at the end."""
    started = []

    def start(*options: str) -> RedisServer:
        folder = tmp_path / str(len(started))
        folder.mkdir()
        started.append(RedisServer(folder, *options))
        return started[-1]

    yield start
    for server in started:
        server.stop()


def use(settings, server: RedisServer) -> None:
    options = {"URL": server.url, "TIMEOUT": 0.5}
    settings.TIMELINES = {"BACKEND": "apps.timelines.backends.redis.Timelines", "OPTIONS": options}
    breaker_of("127.0.0.1", server.port).close()


def client(server: RedisServer) -> redis.Redis:
    return redis.Redis.from_url(server.url)


@pytest.fixture
def society(world):
    """Ada follows ben and eve, ben follows eve; all that happened before is delivered and seen."""
    ada, ben, eve = world.people(3)
    world.follow(ada, ben, eve)
    world.follow(ben, eve)
    return ada, ben, eve


def settle(world, *viewers) -> None:
    epochs.switch()
    for viewer in viewers:
        world.home(viewer)
    world.sweep()
    assert StoreSeen.objects.get().owed_since is None


def lose(world, ada, ben, eve) -> dict:
    """Do what a store will lose: a push, a drop by unfollowing, a drop by following; return what is right after it."""
    pushed, hidden = world.post(ben), world.post(eve)
    world.unfollow(ada, eve)
    world.home(ada)
    return {"pushed": pushed, "hidden": hidden}


def is_right_after(world, ada, ben, eve, post) -> None:
    assert world.home(ada)[0] == post["pushed"]
    assert post["hidden"] not in world.home(ada)
    assert world.home(ben)[0] == post["hidden"]
    assert world.wrong() == []


@pytest.fixture
def lost(settings, start, world, society) -> dict:
    """Return what a server has lost that was killed and came back as it was before."""
    server = start()
    use(settings, server)
    settle(world, *society)
    client(server).save()
    post = lose(world, *society)
    server.kill()
    server.start()
    assert world.wrong(), "it has come back as it was before"
    breaker_of("127.0.0.1", server.port).close()
    return post


def test_a_restart_that_lost_the_last_seconds_leaves_no_timeline_wrong(world, society, lost):
    world.sweep()
    is_right_after(world, *society, lost)


def test_what_waited_long_for_a_server_that_stood_still_is_delivered_as_soon_as_it_goes_on(
    settings, start, world, society
):
    def rounds(*seconds: float) -> None:
        for number in seconds:
            world.tick(number)
            sweeper.sweep_in_turn(clock=lambda: world.now, leads=lambda: True)

    ben, server = society[1], start()
    use(settings, server)
    settle(world, *society)
    post = world.post(ben)
    server.freeze()
    with pytest.raises(NotThrough):
        world.delete(ben, post)
    deletion = max(activity.id for activity in log().by_object(actor_id=ben, object_id=post))
    rounds(60)
    server.thaw()
    breaker_of("127.0.0.1", server.port).close()
    rounds(3)
    assert stages.DROP not in log().marks([deletion])[deletion], "no whole round was due, and it is not young"
    rounds(3)
    assert stages.DROP in log().marks([deletion])[deletion]


def test_facts_that_come_back_as_they_were_are_shown_to_nobody(settings, start, world, society):
    (ada, ben, eve), fay = society, world.person()
    world.follow(ada, fay)
    server = start()
    use(settings, server)
    settle(world, *society)
    gone, stays, muted, erased = world.post(ben), world.post(ben), world.post(eve), world.post(fay)

    def read() -> tuple[bool, list]:
        found = selectors.home(viewer_id=ada, now=world.now)
        return found.degraded, [one.entry.id for one in found.entries]

    assert [read(), read()] == [(False, [erased, muted, stays, gone])] * 2
    client(server).save()
    world.delete(ben, gone)
    world.mute(ada, eve)
    journal.erase(actor_id=fay, now=world.tick())
    server.kill()
    server.start()
    breaker_of("127.0.0.1", server.port).close()
    assert [read(), read()] == [(False, [stays])] * 2
    world.sweep()
    assert [read(), read()] == [(False, [stays])] * 2


def test_a_replica_that_took_over_before_it_had_heard_all_leaves_no_timeline_wrong(settings, start, world, society):
    master = start("--repl-diskless-sync-delay", "0")
    replica = start("--replicaof", "127.0.0.1", str(master.port))
    use(settings, master)
    settle(world, *society)

    def has_heard() -> bool:
        said = client(replica).info("replication")
        mine = client(master).info("replication")["master_repl_offset"]
        return said["master_link_status"] == "up" and said["slave_repl_offset"] >= mine

    wait_until(has_heard, seconds=10, what="the replica's catching up")
    client(replica).replicaof("NO", "ONE")  # It is cut off a moment before the master dies.
    post = lose(world, *society)
    master.kill()
    use(settings, replica)
    assert world.wrong()
    world.sweep()
    is_right_after(world, *society, post)


def test_facts_of_a_server_that_is_master_again_are_forgotten_by_the_next_sweep(settings, start, world, society):
    ada, ben, _ = society
    first = start("--repl-diskless-sync-delay", "0")
    second = start("--replicaof", "127.0.0.1", str(first.port), "--repl-diskless-sync-delay", "0")

    def follow(replica: RedisServer, master: RedisServer) -> None:
        client(replica).replicaof("127.0.0.1", master.port)
        wait_until(
            lambda: (
                client(replica).dbsize() == client(master).dbsize()
                and client(replica).info("replication").get("master_link_status") == "up"
            ),
            seconds=10,
            what="the replica's catching up",
        )

    def shown() -> list:
        return [[one.entry.id for one in selectors.home(viewer_id=ada, now=world.now).entries] for _ in range(2)]

    use(settings, first)
    settle(world, *society)
    post = world.post(ben)
    assert shown() == [[post]] * 2
    follow(second, first)
    client(second).replicaof("NO", "ONE")
    use(settings, second)
    follow(first, second)
    world.delete(ben, post)
    assert shown() == [[]] * 2
    world.sweep()
    client(first).replicaof("NO", "ONE")
    use(settings, first)
    world.sweep()
    assert shown() == [[]] * 2


def test_what_can_not_be_delivered_yet_is_owed(world, society, lost, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(home.timelines(), "drop", _away)
        world.sweep()
    assert StoreSeen.objects.get().owed_since
    world.tick(3600)  # Long after, by a process that saw nothing of it.
    world.sweep()
    is_right_after(world, *society, lost)
    assert StoreSeen.objects.get().owed_since is None


def _away(*args: object, **more: object) -> None:
    raise Unavailable("away")


def test_one_that_fails_for_itself_does_not_keep_the_others_waiting(world, society, monkeypatch):
    ada, ben, eve = society
    world.home(ada)
    before = world.now
    delivered, bad = [], world.post(ben)
    world.post(eve)
    push_again = redelivery.stages.push_again

    def fails_for_one(activities) -> None:
        made = [activity.object_id for activity in activities]
        if bad in made:
            raise RuntimeError("no")
        delivered.extend(made)
        push_again(activities)

    monkeypatch.setattr(redelivery.stages, "push_again", fails_for_one)
    redelivery.deliver_again(since=before, now=world.tick())
    assert len(delivered) == 1


STORE, ROW = step(writes="store"), step(writes="row")


def test_no_loss_is_missed_or_taken_for_made_good_in_any_order(monkeypatch):
    """Two leaders at once, and a store that fails over twice meanwhile, in every order of their steps.

    A loss is made good by a delivery that began after it and reaches back to before it.
    """

    class Site:
        def __init__(self) -> None:
            StoreSeen.objects.all().delete()
            StoreSeen.objects.create(id=redelivery._ID, incarnation="run 0", seen_at=NOW, owed_since=None)
            self.run, self.open = 0, set()

        def incarnation(self) -> str:
            pause(STORE)
            return f"run {self.run}"

        def deliver_again(self, *, since, now, leads) -> None:
            pause(STORE)
            owed = {run for run in self.open if since <= NOW - timedelta(minutes=5)}
            pause(STORE)
            self.open -= owed & self.open

        def fail_over(self) -> None:
            for _ in range(2):
                pause(STORE)
                self.run += 1
                self.open = {*self.open, self.run}

    site: list[Site] = []

    def make():
        site[:] = [Site()]
        monkeypatch.setattr(redelivery, "deliver_again", site[0].deliver_again)
        monkeypatch.setattr(redelivery.timelines(), "incarnation", site[0].incarnation)
        return [lead, lead, site[0].fail_over]

    def lead() -> None:
        redelivery.make_good(now=NOW)

    notice = redelivery._notice

    def noticed(*args):
        pause(ROW)
        return notice(*args)

    monkeypatch.setattr(redelivery, "_notice", noticed)
    count = 0
    for order in orders(make):
        for _ in range(3):
            lead()
        assert not site[0].open, order
        assert StoreSeen.objects.get().owed_since is None
        count += 1
    assert count > 50
