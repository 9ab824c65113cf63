"""Ids are moments."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core import ids

pytestmark = pytest.mark.once

moments = st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(5000, 1, 1), timezones=st.just(UTC))


@given(moments)
def test_an_id_carries_its_moment_to_the_microsecond(moment):
    assert ids.moment_of(ids.mint(now=moment)) == moment


@given(moments, moments)
def test_ids_order_as_their_moments_do(one, other):
    if one + timedelta(microseconds=1) < other:
        assert ids.mint(now=one) < ids.mint(now=other)


@given(moments, st.integers(0, 5000))
def test_an_id_comes_after_what_it_must_follow_by_one_tick(moment, seconds):
    earlier = ids.mint(now=moment + timedelta(seconds=seconds))
    later = ids.mint(now=moment, after=[earlier])
    assert ids.tick_of(later) == ids.tick_of(earlier) + 1 or seconds == 0
    assert later > earlier


def test_an_id_is_a_version_7_uuid_of_rfc_9562():
    id = ids.mint(now=datetime(2026, 1, 1, tzinfo=UTC))
    assert (id.version, id.variant) == (7, "specified in RFC 4122")


def test_two_servers_at_the_same_tick_mint_different_ids():
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert len({ids.mint(now=now) for _ in range(1000)}) == 1000


@given(moments, st.text())
def test_the_same_source_at_the_same_moment_has_the_same_id(moment, source):
    assert ids.mint_from(moment=moment, source=source) == ids.mint_from(moment=moment, source=source)
    assert ids.mint_from(moment=moment, source=source) != ids.mint_from(moment=moment, source=source + "x")


@given(moments)
def test_floor_is_at_or_below_every_id_of_its_moment(moment):
    assert ids.floor_of(moment) <= ids.mint(now=moment)


@given(id=st.uuids())
def test_an_id_comes_back_from_its_bytes_as_one_object_each_time(id):
    found = ids.from_bytes(id.bytes)
    assert found == id
    assert found.hex == id.hex
    assert ids.from_hex(id.hex) is ids.from_bytes(id.bytes)
    assert ids.from_bytes(bytes(16)) is ids.NIL


def test_a_clock_before_1970_is_named_in_the_error():
    with pytest.raises(ValueError, match="is the clock set"):
        ids.mint(now=datetime(1960, 1, 1, tzinfo=UTC))


def test_keys_depend_on_every_part_and_its_place():
    a, b = UUID(int=1), UUID(int=2)
    assert len({ids.key_of(a, b), ids.key_of(b, a), ids.key_of(a), ids.key_of(a, "x"), ids.key_of(a.hex + b.hex)}) == 5
