"""What a person says of themself, and what staff do about them."""

from datetime import timedelta

import pytest

from apps.accounts import selectors, services
from apps.accounts.models import Profile, User
from apps.core.errors import NotFound, Refused
from apps.journal.activities import STAFF, Verb
from apps.journal.exceptions import KeyReused, ReadOnly
from apps.journal.handler import journal

from .conftest import NOW

pytestmark = pytest.mark.database

FAMILY = "👨‍👩‍👧‍👦"
PLAIN = {"display_name": "", "bio": "", "links": [], "locked": False}


def test_registering_publishes_a_profile_once(person, later):
    ada = person("Ada")
    services.register_person(user=ada, now=later())
    assert [activity.verb for activity in journal().by_actor(ada.pk)] == [Verb.CREATE]
    card = selectors.card_of(id=ada.pk)
    assert (card.username, card.display_name, card.locked, card.is_suspended) == ("Ada", "", False, False)


def test_registering_again_after_dying_before_the_row_makes_the_same_activity_stand(person, later):
    ada = person("ada")
    first = Profile.objects.get(pk=ada.pk).created
    Profile.objects.filter(pk=ada.pk).delete()
    services.register_person(user=ada, now=later())
    assert Profile.objects.get(pk=ada.pk).created == first


def test_a_person_joined_when_they_registered(person):
    assert abs(selectors.profile(id=person("ada").pk).joined - NOW) < timedelta(seconds=10)


def test_an_update_replaces_what_a_profile_says(person, later):
    ada = person("ada")
    links = [(" My\nhome ", " https://example.org/a?b=c#d "), ("nothing", "")]
    services.update_profile(
        person_id=ada.pk, display_name=" Ada \n Lovelace ", bio=" one\r\ntwo ", links=links, locked=True, now=later()
    )
    seen = selectors.profile(id=ada.pk)
    assert (seen.display_name, seen.bio, seen.locked) == ("Ada Lovelace", "one\ntwo", True)
    assert seen.links == (("My home", "https://example.org/a?b=c#d"),)
    assert selectors.card_of(id=ada.pk).version == seen.version > Profile.objects.get(pk=ada.pk).created


@pytest.mark.parametrize("name", ["x" * 50, FAMILY * 50, "é" * 50, "$set", "{{7*7}}", "<b>", "%s"])
def test_names_of_50_signs_fit_whatever_they_are_made_of(person, later, name):
    ada = person("ada")
    services.update_profile(person_id=ada.pk, **{**PLAIN, "display_name": name}, now=later())
    assert selectors.card_of(id=ada.pk).display_name == name


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("display_name", "x" * 51, "1 too long. It may have 50"),
        ("display_name", FAMILY * 51, "1 too long"),
        ("display_name", "e" + "\u0301" * 100_000, "100,001 signs and marks"),
        ("display_name", "a\x00b", "broken sign at place 2"),
        ("bio", "\ud800", "broken sign at place 1"),
        ("bio", "x" * 501, "1 too long. It may have 500"),
        ("links", [("", "https://example.org")] * 5, "5 links are more than 4"),
        ("links", [("x" * 51, "https://example.org")], "label is 1 too long"),
        ("links", [("", "https://example.org/" + "x" * 300)], "not a web address"),
        *[
            ("links", [("", address)], "not a web address")
            for address in (
                *("javascript:alert(1)", "//example.org", "example.org", "https://", "ftp://example.org", "http://["),
                *("https://bank.example@evil.example", "https://example.org:99999", "https://example.org/\u202egpj"),
                *(
                    'https://example.org/"onload=',
                    "https://example.org/<b>",
                    "https://exa mple.org",
                    "data:text/html,x",
                ),
            )
        ],
    ],
)
def test_what_does_not_fit_is_refused_with_what_would(person, later, field, value, told):
    ada = person("ada")
    with pytest.raises(Refused, match=told) as refused:
        services.update_profile(person_id=ada.pk, **{**PLAIN, field: value}, now=later())
    assert refused.value.field == field
    assert len(list(journal().by_actor(ada.pk))) == 1


def test_the_same_key_updates_once_and_serves_no_other_text(person, later):
    ada = person("ada")
    for _ in range(2):
        services.update_profile(person_id=ada.pk, **{**PLAIN, "bio": "a"}, now=later(), key="k")
    assert len(list(journal().by_actor(ada.pk))) == 2
    with pytest.raises(KeyReused):
        services.update_profile(person_id=ada.pk, **{**PLAIN, "bio": "b"}, now=later(), key="k")


def test_an_update_on_a_slower_clock_is_not_lost(person, later):
    ada = person("ada")
    services.update_profile(person_id=ada.pk, **{**PLAIN, "bio": "first"}, now=later())
    services.update_profile(person_id=ada.pk, **{**PLAIN, "bio": "second"}, now=NOW - timedelta(seconds=1))
    assert selectors.profile(id=ada.pk).bio == "second"


def test_suspending_ends_sessions_and_restoring_brings_the_person_back(person, later):
    ada, root = person("ada"), person("root_of_all")
    before = ada.get_session_auth_hash()
    services.suspend(person_id=ada.pk, by=root.pk, now=later())
    assert selectors.card_of(id=ada.pk).is_suspended
    assert selectors.suspended_ids(ids=[ada.pk, root.pk]) == {ada.pk}
    assert User.objects.get(pk=ada.pk).get_session_auth_hash() != before
    services.restore(person_id=ada.pk, by=root.pk, now=later())
    assert not selectors.card_of(id=ada.pk).is_suspended
    assert [activity.payload["by"] for activity in journal().by_actor(STAFF)] == [root.pk.hex] * 2


def test_nobody_can_be_suspended_who_is_not_here(person, later):
    with pytest.raises(NotFound):
        services.suspend(person_id=STAFF, by=STAFF, now=later())


def test_while_the_site_is_read_only_nothing_changes(person, later, settings):
    ada = person("ada")
    settings.READ_ONLY = True
    with pytest.raises(ReadOnly):
        services.update_profile(person_id=ada.pk, **PLAIN, now=later())


def test_people_are_found_by_name_in_one_query(person, django_assert_num_queries):
    ada, bob = person("Ada"), person("bob")
    with django_assert_num_queries(1):
        assert selectors.ids_by_names(names=["ADA", "ｂob", "nobody"]) == {"ada": ada.pk, "bob": bob.pk}
    with django_assert_num_queries(1):
        assert set(selectors.cards(ids=[ada.pk, bob.pk, STAFF, ada.pk])) == {ada.pk, bob.pk}
