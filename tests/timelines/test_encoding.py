"""Facts as bytes: what comes back is what went in, and what another release wrote is not taken for it."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.selectors import Card
from apps.core.ids import NIL
from apps.graph.values import FOR_EVER, Relation
from apps.posts.values import Audience, Counts, Head, Marks
from apps.timelines import encoding

pytestmark = pytest.mark.once

ids = st.uuids()
flags = st.booleans()
moments = (
    st.none() | st.just(FOR_EVER) | st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
)
typed = st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), max_size=60)
heads = st.builds(
    Head,
    **{field.name: ids for field in fields(Head)}
    | dict.fromkeys(("standing", "deleted", "direct", "pushed"), flags)
    | {"audience": st.sampled_from(Audience)}
    | dict.fromkeys(("named", "mentions"), st.lists(ids, max_size=5).map(tuple)),
)


@given(head=heads, behind=st.binary(max_size=8))
def test_a_head_comes_back_with_what_lies_behind_it(head, behind):
    assert encoding.unpack_head(head.id, encoding.pack_head(head) + behind) == (head, behind)


def test_a_head_that_names_more_than_a_byte_counts_is_not_kept():
    from tests.posts.factory import at

    values = dict.fromkeys((field.name for field in fields(Head)), at())
    many = Head(**values | {"audience": Audience.PUBLIC, "named": (at(),) * 256, "mentions": ()})
    assert encoding.pack_head(many) == b""


@given(id=ids, version=ids, name=typed, locked=flags, suspended=flags)
def test_a_card_comes_back(id, version, name, locked, suspended):
    card = Card(id, "ada", name, locked, suspended, version)
    assert encoding.unpack_card(id, encoding.pack_card(card)) == card


@given(numbers=st.lists(st.integers(0, 2**32 - 1), min_size=3, max_size=3), liked=flags, repost=ids)
def test_counts_and_marks_come_back(numbers, liked, repost):
    assert encoding.unpack_counts(encoding.pack_counts(Counts(*numbers))) == tuple(numbers)
    assert encoding.unpack_marks(encoding.pack_marks(Marks(liked, repost))) == Marks(liked, repost)
    assert encoding.unpack_waiting(encoding.pack_waiting(numbers[0])) == numbers[0]


@given(following=flags, blocking=flags, by=flags, until=moments)
def test_of_a_relation_comes_back_what_reading_asks(following, blocking, by, until):
    if until not in (None, FOR_EVER):
        until = until.replace(microsecond=until.microsecond // 1000 * 1000)  # As the graph keeps it.
    found = encoding.unpack_relation(
        encoding.pack_relation(Relation(following=following, blocking=blocking, blocked_by=by, muted_until=until))
    )
    assert (found.following, found.blocking or found.blocked_by) == (following, blocking or by)
    assert found.muted_until == until
    moment = datetime(2050, 1, 1, tzinfo=UTC) + timedelta(hours=1)
    assert found.is_muted(moment) == (until is not None and until > moment)


@given(parts=st.lists(typed, min_size=1, max_size=9))
def test_a_fragment_comes_back_to_the_template_that_made_it(parts):
    raw = encoding.pack_fragment(tuple(parts), "a1b2")
    assert encoding.unpack_fragment(raw, "a1b2") == tuple(parts)
    assert encoding.unpack_fragment(raw, "c3d4") is None


def test_what_would_cut_a_fragment_in_the_wrong_place_is_left_out():
    assert encoding.unpack_fragment(encoding.pack_fragment(("a\0b", "name", "c"), "t"), "t") == ("ab", "name", "c")


@pytest.mark.parametrize("raw", [None, b"", b"0", b"2abc"])
def test_another_releases_form_is_as_if_it_were_not_there(raw):
    unpacked = (encoding.unpack_counts, encoding.unpack_relation, encoding.unpack_marks, encoding.unpack_waiting)
    assert [unpack(raw) for unpack in unpacked] == [None] * 4
    assert encoding.unpack_card(NIL, raw) is None
    assert encoding.unpack_post(NIL, raw, "template") is None


@given(head=heads, parts=st.lists(typed, min_size=1, max_size=3))
def test_a_post_comes_back_whole_or_not_at_all(head, parts):
    packed, fragment = encoding.pack_head(head), tuple(parts)
    assert encoding.unpack_post(head.id, packed, "a1b2") == (head, None)
    both = packed + encoding.pack_fragment(fragment, "a1b2")
    assert encoding.unpack_post(head.id, both, "a1b2") == (head, fragment)
    assert encoding.unpack_post(head.id, both, "c3d4") is None
