"""A tier that was started is found again by what it left written."""

import stat

import pytest

from deploy.bin.tier import Tier

pytestmark = pytest.mark.once


def test_what_runs_is_written_for_its_owner_alone_and_found_again(tmp_path):
    planned = Tier.planned("kitten", tmp_path, environ={"DATABASE_URL": "postgres://prowl:secret@127.0.0.1/prowl"})
    planned.save()
    (file,) = tmp_path.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    found = Tier.found(tmp_path)
    assert found is not None
    assert (found.url, found.parts.keys()) == (planned.url, planned.parts.keys())
