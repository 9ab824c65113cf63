"""People in the admin site."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from apps.accounts import selectors
from apps.accounts.models import User

pytestmark = pytest.mark.database

USERS = "/admin/accounts/user/"


@pytest.fixture
def staff(person) -> Client:
    """Return the browser of somebody who may change accounts."""
    user = person("warden", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_user", "change_user", "view_profile"]))
    client = Client()
    client.force_login(user)
    return client


def act(client: Client, action: str, user: User):
    return client.post(USERS, {"action": action, "_selected_action": [str(user.pk)]}, follow=True)


def test_staff_suspend_and_restore(staff, person):
    ada = person("ada")
    assert b"1 suspended" in act(staff, "suspend", ada).content
    assert selectors.is_suspended(id=ada.pk)
    assert b"1 restored" in act(staff, "restore", ada).content
    assert not selectors.is_suspended(id=ada.pk)


def test_an_account_without_a_profile_is_named(staff):
    user = User.objects.create_user(username="ghost")
    page = act(staff, "suspend", user).content.decode()
    assert f"There is no person {user.pk}" in page
    assert "0 suspended" in page


def test_who_may_only_look_may_not_suspend(person):
    ada, looker = person("ada"), person("looker", is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename="view_user"))
    client = Client()
    client.force_login(looker)
    act(client, "suspend", ada)
    assert not selectors.is_suspended(id=ada.pk)


@pytest.mark.collscan("there are few groups, and superusers are fewer")
def test_only_superusers_say_who_is_staff_and_where_a_new_password_goes(staff, person):
    ada = person("ada")
    form = {"email": "a@example.org", "is_staff": "on", "is_superuser": "on"}
    for client, expected in ((staff, ("", True, False, False)), (None, ("a@example.org", False, True, True))):
        if client is None:
            client = Client()
            client.force_login(person("root", is_staff=True, is_superuser=True))
        assert client.post(f"{USERS}{ada.pk}/change/", form).status_code == 302
        changed = User.objects.get(pk=ada.pk)
        assert (changed.email, changed.is_active, changed.is_staff, changed.is_superuser) == expected


@pytest.mark.parametrize(
    "page", [USERS, f"{USERS}?q=%40AD", "/admin/accounts/profile/", "/admin/accounts/profile/?q=ADA"]
)
def test_people_are_listed_and_found(staff, person, page):
    person("ada")
    assert b"ada" in staff.get(page).content


def test_nobody_is_found_by_another_name(staff, person):
    person("ada")
    assert b"0 accounts" in staff.get(f"{USERS}?q=eve").content
    assert staff.get("/admin/accounts/user/add/").status_code == 403


def test_no_moderator_locks_out_those_who_could_undo_it(staff, person):
    """Whoever may suspend people is neither above other staff nor above themself."""
    root, colleague = person("root", is_staff=True, is_superuser=True), person("colleague", is_staff=True)
    for user in (root, colleague):
        assert f"@{user.username}: Only superusers do this to staff." in act(staff, "suspend", user).content.decode()
        assert not selectors.is_suspended(id=user.pk)
    warden = User.objects.get(username="warden")
    assert "Nobody does this to themselves." in act(staff, "suspend", warden).content.decode()
    client = Client()
    client.force_login(root)
    assert b"1 suspended" in act(client, "suspend", colleague).content
