"""An erased person is gone for ever, and so is their name."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.core.management.base import CommandError

from apps.accounts import selectors, services
from apps.accounts.models import Profile, User
from apps.journal import projection, sweeper
from apps.journal import services as journal_services
from apps.journal.handler import journal

from .conftest import NOW, PASSWORD


@pytest.fixture
def ada(person, later) -> User:
    user = person("Ada", email="ada@example.org", is_staff=True)
    user.groups.add(Group.objects.create(name="keepers"))
    EmailAddress.objects.create(user=user, email=user.email, primary=True)
    services.update_profile(person_id=user.pk, display_name="Ada", bio="hi", links=[], locked=False, now=later())
    return user


def test_nothing_is_left_but_the_name_that_stays_taken(ada, later, client):
    before = ada.get_session_auth_hash()
    services.erase(person_id=ada.pk, now=later())
    user = User.objects.get(pk=ada.pk)
    assert (user.username, user.email, user.username_key) == ("", "", "ada")
    assert not user.is_active
    assert not user.is_staff
    assert not user.has_usable_password()
    assert not user.groups.exists()
    assert user.get_session_auth_hash() != before
    assert not EmailAddress.objects.exists()
    assert selectors.profile(id=ada.pk) is None
    assert selectors.person_by_name(name="ada") is None
    assert list(journal().by_actor(ada.pk)) == []
    assert b"is taken" in client.post("/accounts/signup/", {"username": "ADA", "password1": PASSWORD}).content
    assert not client.login(username="ada", password=PASSWORD)


def test_erasing_again_does_no_harm(ada, later):
    for _ in range(2):
        services.erase(person_id=ada.pk, now=later())
    assert User.objects.get(pk=ada.pk).username_key == "ada"


def test_a_late_job_brings_nothing_back(ada, later):
    late = list(journal().by_actor(ada.pk))
    services.erase(person_id=ada.pk, now=later())
    for activity in late:
        projection.run_stage(projection.ROW, [activity], now=NOW)
    list(journal_services.accept_many(late, now=later()))
    assert selectors.profile(id=ada.pk) is None


def test_what_was_under_way_is_erased_by_the_sweeper(ada, later):
    row = Profile.objects.get(pk=ada.pk)
    services.erase(person_id=ada.pk, now=later())
    row.save(force_insert=True)
    sweeper.tidy(now=NOW + timedelta(hours=1))
    assert not Profile.objects.exists()
    assert User.objects.get(pk=ada.pk).erased


def test_acts_of_staff_stay(ada, person, later):
    bob = person("bob")
    services.suspend(person_id=bob.pk, by=ada.pk, now=later())
    services.erase(person_id=ada.pk, now=later())
    assert selectors.card_of(id=bob.pk).is_suspended


def test_the_command_says_why_it_erased_nobody(ada, settings):
    settings.READ_ONLY = True
    with pytest.raises(CommandError, match=r"Nobody was erased\. This site is being moved"):
        call_command("erase_person", "ada", yes=True)
    assert selectors.profile(id=ada.pk) is not None


def test_the_command_erases_whom_it_names_and_asks_first(ada, monkeypatch, capsys):
    with pytest.raises(CommandError, match="nobody called 'eve'"):
        call_command("erase_person", "eve", yes=True)
    monkeypatch.setattr("builtins.input", lambda _: "no")
    with pytest.raises(CommandError, match="Nothing was erased"):
        call_command("erase_person", "ada")
    assert selectors.profile(id=ada.pk) is not None
    monkeypatch.setattr("builtins.input", lambda _: "ada")
    call_command("erase_person", "@Ada")
    assert selectors.profile(id=ada.pk) is None
    assert capsys.readouterr().out == "@Ada was erased. The name is not given out again.\n"
