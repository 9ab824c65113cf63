"""Links that sign somebody in, once, on a site under development."""

import re
from io import StringIO
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command

from apps.accounts import selectors, services, signin
from apps.accounts.models import User
from apps.core.errors import Refused

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def path_for(user: User) -> str:
    return urlsplit(signin.link_for(user)).path


def test_a_link_signs_in_once(client, person):
    path = path_for(person("ada"))
    assert client.get(path).status_code == client.get(path).status_code == 200
    assert client.post(path).headers["Location"] == "/"
    assert "_auth_user_id" in client.session
    assert client.post(path).status_code == 404
    assert b"used before" in client.get(path).content


def test_two_links_of_one_moment_are_spent_together(client, person):
    ada = person("ada")
    one, other = path_for(ada), path_for(ada)
    assert client.post(one).status_code == 302
    assert client.post(other).status_code == 404


def test_a_link_printed_right_after_a_log_in_works_once_too(client, person):
    ada = person("ada")
    client.post(path_for(ada))
    path = path_for(User.objects.get(pk=ada.pk))
    assert [client.post(path).status_code for _ in range(2)] == [302, 404]


def test_a_link_of_one_person_signs_nobody_else_in(client, person):
    ada, bob = person("ada"), person("bob")
    assert client.get(path_for(ada).replace(ada.pk.hex, bob.pk.hex)).status_code == 404


@pytest.mark.parametrize("who", ["x", "0" * 32, "%00", "-1"])
def test_a_broken_link_is_told_to_be_broken(client, who):
    assert client.get(f"/signin/{who}/x-y/").status_code in (400, 404)


def test_a_public_site_takes_no_links(client, person, settings):
    path = path_for(person("ada"))
    settings.SITE_URL = "https://prowl.example"
    assert client.post(path).status_code == 404
    assert "_auth_user_id" not in client.session
    with pytest.raises(CommandError, match="development"):
        call_command("signin_links")


def test_a_suspended_person_is_not_signed_in(client, person, later):
    ada = person("ada")
    services.suspend(person_id=ada.pk, by=ada.pk, now=later())
    with pytest.raises(Refused, match="suspended"):
        signin.person_of(person=ada.pk.hex, token=path_for(User.objects.get(pk=ada.pk)).split("/")[-2])


def test_the_command_prints_a_link_for_the_first_person_and_for_an_admin_that_it_makes(client, person):
    person("ada"), person("bob")
    printed = StringIO()
    call_command("signin_links", stdout=printed)
    links = re.findall(r"http://\S+", printed.getvalue())
    assert "as ada" in printed.getvalue()
    assert [client.post(urlsplit(link).path).headers["Location"] for link in links] == ["/", "/admin/"]
    admin = User.objects.get(is_superuser=True)
    assert selectors.card_of(id=admin.pk).username == admin.username
    assert client.get("/admin/").status_code == 200
    call_command("signin_links", "BOB", stdout=printed)
    assert "as bob" in printed.getvalue()
    assert User.objects.filter(is_superuser=True).count() == 1
    with pytest.raises(CommandError, match="'eve'"):
        call_command("signin_links", "eve")
