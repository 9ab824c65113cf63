"""A session is checked against what is known of its account, for a minute; what ends sessions is the account's row."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import caches
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts import flags, services
from apps.accounts.models import User

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC) - timedelta(minutes=5)


@pytest.fixture
def jun() -> User:
    user = User.objects.create_user(username="jun", password="a long way home 9")
    services.register_person(user=user, now=NOW)
    return user


@pytest.fixture
def client_of_jun(jun) -> Client:
    client = Client()
    client.force_login(jun)
    assert is_known(client)
    return client


def is_known(client: Client) -> bool:
    return "log out" in client.get("/").content.decode().lower()


def test_the_account_is_not_asked_for_at_each_request(client_of_jun):
    with CaptureQueriesContext(connection) as captured:
        assert is_known(client_of_jun)
    assert not [query for query in captured if "session_epoch" in query["sql"]]


def test_a_suspension_ends_the_session_at_once_and_for_good(jun, client_of_jun):
    services.suspend(person_id=jun.pk, by=jun.pk, now=NOW + timedelta(minutes=1))
    assert not is_known(client_of_jun)
    services.restore(person_id=jun.pk, by=jun.pk, now=NOW + timedelta(minutes=2))
    assert not is_known(client_of_jun)


def test_an_epoch_that_another_process_raised_ends_it_when_what_is_known_expires(jun, client_of_jun):
    User.objects.filter(pk=jun.pk).update(session_epoch=F("session_epoch") + 1)
    assert is_known(client_of_jun), "for a minute at most"
    caches["process"].clear()
    assert not is_known(client_of_jun)


def test_a_session_that_a_store_brought_back_stays_revoked(jun, client_of_jun):
    kept = dict(client_of_jun.session.items())
    services.suspend(person_id=jun.pk, by=jun.pk, now=NOW + timedelta(minutes=1))
    assert not is_known(client_of_jun)
    restored = client_of_jun.session
    restored.update(kept)
    restored.save()
    assert not is_known(client_of_jun)


def test_a_new_password_ends_the_other_sessions_only(jun, client_of_jun):
    here = Client()
    here.force_login(jun)
    answer = here.post(
        "/accounts/password/change/",
        {"oldpassword": "a long way home 9", "password1": "another way home 9", "password2": "another way home 9"},
    )
    assert answer.status_code == 302
    assert is_known(here)
    assert not is_known(client_of_jun)


def test_an_account_that_may_not_go_on_is_never_known(jun):
    jun.is_active = False
    jun.save()
    client = Client()
    client.force_login(jun)
    assert not is_known(client)
    assert flags.owner_of(client.session) is None
