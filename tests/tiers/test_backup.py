"""A back-up, restored into an empty set, is the same site: journal, projections, accounts and everybody's home."""

import gzip
import json
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.management.base import CommandError

from apps.accounts import services as accounts
from apps.accounts.models import User
from apps.journal import sweeper
from apps.journal.handler import journal
from apps.journal.projection import projected_tables
from apps.tiers.backup.tables import KEPT, LEFT_OUT

from .little_site import PASSWORD, Site, lose_everything, run

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.shared,
    pytest.mark.collscan("the test reads every row"),
]


def test_every_table_is_projected_or_in_a_backup_or_left_out_for_a_reason():
    projected = {table.model._meta.label for table in projected_tables()}
    known = {*KEPT, *LEFT_OUT} | projected
    assert {model._meta.label for model in apps.get_models()} - known == set()
    assert len(known) == len(KEPT) + len(LEFT_OUT) + len(projected)


def test_a_backup_restored_into_an_empty_set_is_the_same_site(tmp_path, settings, client):
    site = Site()
    site.live(50)
    accounts.erase(person_id=site.people.pop().pk, now=site.tick())
    before = site.seen()
    assert len(before["accounts"]) == 6
    run("backup", tmp_path / "site.gz")
    assert (tmp_path / "site.gz").stat().st_mode & 0o077 == 0
    lose_everything()
    assert next(journal().scan(), None) is None
    settings.READ_ONLY = True
    run("restore", tmp_path / "site.gz")
    assert "0 differences" in run("replay", verify=True)
    run("check_timelines")
    settings.READ_ONLY = False  # which every page says
    assert site.seen() == before
    assert client.login(username="person0", password=PASSWORD)
    sweeper.sweep(now=site.tick() + timedelta(days=1))
    assert site.seen() == before


def test_an_erased_person_is_not_brought_back_by_a_backup_from_before(tmp_path):
    site = Site()
    site.live(25)
    run("backup", tmp_path / "before.gz")
    gone = site.people.pop()
    accounts.erase(person_id=gone.pk, now=site.tick())
    after = site.seen()
    run("backup", tmp_path / "erased.gz", tombstones_only=True)
    lose_everything()
    run("restore", tmp_path / "before.gz", tmp_path / "erased.gz")
    restored = site.seen()
    assert {key: restored[key] for key in ("journal", "tombstones", "homes", "tags", "counts")} == {
        key: after[key] for key in ("journal", "tombstones", "homes", "tags", "counts")
    }
    account = User.objects.get(pk=gone.pk)
    assert (account.email, account.erased, account.is_active) == ("", True, False)
    assert not account.has_usable_password()


def test_a_restore_that_stopped_goes_on_and_what_stands_here_is_not_overwritten_by_mistake(tmp_path):
    site = Site()
    site.live(20)
    before = site.seen()
    run("backup", tmp_path / "site.gz")
    with pytest.raises(CommandError, match="empty database"):
        run("restore", tmp_path / "site.gz")
    run("restore", tmp_path / "site.gz", again=True)
    assert site.seen() == before


def test_a_backup_that_is_not_whole_is_refused_and_nothing_is_restored(tmp_path):
    Site().live(5)
    run("backup", tmp_path / "site.gz")
    whole = gzip.decompress((tmp_path / "site.gz").read_bytes()).splitlines(keepends=True)
    lose_everything()
    for name, content in {
        "early": gzip.compress(b"".join(whole[:-3])),
        "changed": gzip.compress(b"".join(whole).replace(b"says", b"said")),
        "cut": (tmp_path / "site.gz").read_bytes()[:-200],
        "other": gzip.compress(json.dumps({"some": "thing"}).encode()),
        "plain": b"not gzipped",
        "newer": gzip.compress(b'["prowl",99]\n'),
    }.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(CommandError, match=name):
            run("restore", tmp_path / name)
        assert next(journal().scan(), None) is None
        assert not User.objects.exists()
    with pytest.raises(CommandError, match="nowhere"):
        run("restore", tmp_path / "nowhere")
