"""Replay finds what the journal does not say, and mends it on a live site."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from apps.core import ids
from apps.journal import replay, services
from apps.journal.activities import Activity
from apps.journal.backends.orm.models import WatermarkRow
from apps.journal.handler import journal

pytestmark = [pytest.mark.django_db, pytest.mark.database, pytest.mark.clusters]
NOW = datetime.now(UTC) - timedelta(minutes=5)
ACTOR = ids.mint(now=NOW)


@pytest.fixture
def likes(world):
    activities = [Activity(ids.mint(now=NOW), ACTOR, "Like", ids.mint(now=NOW), {"v": 1}) for _ in range(3)]
    list(services.accept_many(activities, now=NOW))
    return activities


def run(**options: object) -> str:
    out = io.StringIO()
    call_command("replay", stdout=out, **options)
    return out.getvalue()


def test_what_the_journal_says_has_no_difference(likes):
    assert "3 activities, 3 rows compared: 0 differences" in run(verify=True)


def test_a_wrong_maximum_is_found_and_mended(likes):
    wrong = ids.mint(now=NOW + timedelta(minutes=1))
    WatermarkRow.objects.filter(pk=likes[0].object_id).update(moment=wrong)
    with pytest.raises(CommandError, match="1 differences"):
        run(verify=True)
    assert "all mended" in run()
    assert WatermarkRow.objects.get(pk=likes[0].object_id).moment == likes[0].id


def test_a_missing_row_is_made_and_one_that_nobody_made_is_deleted(likes):
    WatermarkRow.objects.filter(pk=likes[0].object_id).delete()
    WatermarkRow.objects.create(id=ids.mint(now=NOW), moment=ids.mint(now=NOW))
    assert "2 differences, all mended" in run()
    assert set(WatermarkRow.objects.values_list("pk", flat=True)) == {a.object_id for a in likes}


def test_a_row_newer_than_the_scan_is_left_alone(likes):
    newer = WatermarkRow.objects.create(
        id=ids.key_of("new"), moment=ids.mint(now=datetime.now(UTC) + timedelta(minutes=1))
    )
    assert "0 differences" in run()
    assert WatermarkRow.objects.filter(pk=newer.pk).exists()


@pytest.mark.parametrize("of_its_own", [True, False])
def test_what_came_behind_the_scan_is_no_mistake(likes, of_its_own):
    """An idempotency key holds an id for a day: its append may come when the scan has long passed its place."""
    thing = ids.mint(now=NOW) if of_its_own else likes[0].object_id
    late = Activity(ids.mint(now=NOW + timedelta(seconds=1)), ACTOR, "Like", thing, {"v": 1})
    with replay.scratch_store():
        begun = replay.fold_journal(report=replay.Report(), now=datetime.now(UTC))
        list(services.accept_many([late], now=NOW))
        assert WatermarkRow.objects.get(pk=thing).moment == late.id
        assert list(replay.compare(started=begun, report=replay.Report())) == []


def test_what_a_newer_release_did_is_left_alone(likes):
    unknown = Activity(ids.mint(now=NOW), ACTOR, "Like", ids.mint(now=NOW), {"v": 99})
    journal().append([unknown])
    theirs = WatermarkRow.objects.create(id=unknown.object_id, moment=unknown.id)
    said = run()
    assert "1 activities are of a newer version of Prowl and were left alone." in said
    assert "0 differences" in said
    assert WatermarkRow.objects.filter(pk=theirs.pk).exists()


def test_a_row_that_changed_since_it_was_compared_is_not_touched(likes):
    thing = likes[0].object_id
    WatermarkRow.objects.filter(pk=thing).update(moment=ids.mint(now=NOW - timedelta(days=1)))
    report = replay.Report()
    with replay.scratch_store():
        replay.fold_journal(report=report, now=NOW)
        (found,) = replay.compare(started=datetime.now(UTC), report=report)
    changed = ids.mint(now=NOW + timedelta(minutes=1))
    WatermarkRow.objects.filter(pk=thing).update(moment=changed)
    assert not replay.mend(found)
    assert WatermarkRow.objects.get(pk=thing).moment == changed


def test_a_stopped_run_goes_on_where_it_stopped(likes, tmp_path, monkeypatch):
    monkeypatch.setattr(replay, "_BATCH", 1)
    file = tmp_path / "scratch.sqlite3"

    def stop(folded: int) -> None:
        if folded == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), replay.scratch_store(file):
        replay.fold_journal(report=replay.Report(), now=NOW, progress=stop)
    assert file.stat().st_mode & 0o777 == 0o600
    counted: list[int] = []
    with replay.scratch_store(file):
        later = NOW + timedelta(days=1)
        begun = replay.fold_journal(report=replay.Report(), now=later, progress=counted.append)
        assert begun == NOW, "else what came meanwhile where it had been would be taken for what nobody did"
        assert list(replay.compare(started=datetime.now(UTC), report=replay.Report())) == []
    assert counted == [3]
    assert not list(tmp_path.iterdir()), "it holds private posts"


def test_what_is_no_scratch_store_of_ours_is_left_alone(likes, tmp_path):
    file = tmp_path / "mine.sqlite3"
    file.write_text("my own")
    with pytest.raises(CommandError, match=r"mine\.sqlite3 is there already"):
        run(scratch=file)
    assert file.read_text() == "my own"


def test_an_erased_person_stays_erased(likes):
    services.erase(actor_id=ACTOR, now=NOW)
    journal().append(likes)  # As a restored back-up does.
    WatermarkRow.objects.filter(pk__in=[a.object_id for a in likes]).delete()
    assert "0 differences" in run()
    assert WatermarkRow.objects.count() == 0
