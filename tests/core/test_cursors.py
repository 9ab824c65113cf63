"""Cursors: any id is a position; anything else is refused by its name."""

from uuid import UUID

import pytest

from apps.core.cursors import parse_id
from apps.core.errors import Refused

pytestmark = pytest.mark.once

ID = UUID("019bfff0-0b8e-79c6-8cea-3ea3623bf1cd")


@pytest.mark.parametrize("text", [ID.hex, str(ID), str(ID).upper()])
def test_an_id_is_read_in_every_way_that_it_is_written(text):
    assert parse_id(text) == ID


@pytest.mark.parametrize("text", [None, ""])
def test_nothing_is_the_beginning(text):
    assert parse_id(text) is None


@pytest.mark.parametrize("text", ["-1", "9" * 40, "0" * 31 + "g", "a\0b", "{" + str(ID) + "}", "٠" * 32, ID.hex + "\n"])
def test_anything_else_is_refused_by_its_name(text):
    with pytest.raises(Refused, match=r"before .* is not an id") as refused:
        parse_id(text, field="before")
    assert refused.value.status == 400
    assert len(refused.value.message) < 300
