"""Names: unique in the form in which people mistake them for each other."""

import pytest
from django.db import IntegrityError, transaction
from hypothesis import example, given
from hypothesis import strategies as st

from apps.accounts.models import User
from apps.accounts.names import LONGEST, RESERVED, check_name, name_key
from apps.core.errors import Refused

pytestmark = pytest.mark.database


@pytest.mark.parametrize("name", ["ada", "Ada_Lovelace", "a", "1", "x" * LONGEST])
def test_plain_names_may_be_taken(name):
    assert check_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ada",
        "ada ",
        "a da",
        "a-da",
        "a.da",
        "ada\n",
        "ада",
        "ａｄａ",
        "a\u200bda",
        "\ud800",
        "adá",
        "٣",
        "a" * (LONGEST + 1),
    ],
)
def test_others_may_not(name):
    with pytest.raises(Refused) as refused:
        check_name(name)
    assert refused.value.field == "username"


@pytest.mark.parametrize("name", ["admin", "ADMIN", "Root", "support", "keeper"])
def test_the_site_keeps_some_names_however_they_are_written(name):
    with pytest.raises(Refused, match="belongs to the site"):
        check_name(name)


def test_reserved_names_are_keys():
    assert {name_key(name) for name in RESERVED} == RESERVED


@example("\u0390")
@example("\u1fe7")
@given(st.text())
def test_a_key_is_the_key_of_itself_in_other_cases(name):
    assert name_key(name.upper()) == name_key(name_key(name.upper()))
    assert name_key("ＡＤＡ") == name_key("ada")


@given(st.text())
def test_any_text_is_a_name_or_is_refused(name):
    try:
        checked = check_name(name)
    except Refused as refused:
        said = refused.message
    else:
        said = checked == name
    assert said


@pytest.mark.django_db
@pytest.mark.parametrize("again", ["ada", "ADA", "ａｄａ", "𝓐𝓭𝓪"])
def test_no_name_is_taken_twice(again):
    User(username="Ada").save()
    with pytest.raises(IntegrityError), transaction.atomic():
        User(username=again).save()


@pytest.mark.django_db
def test_a_name_is_kept_as_typed_and_found_however_it_is_written():
    User(username="AdaLovelace").save()
    assert User.objects.get_by_natural_key("ａdalovelace").username == "AdaLovelace"
