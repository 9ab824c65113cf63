"""``manage.py signin_links``: log in as a demo person, and as the admin, on a site that is under development."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.accounts import services, signin
from apps.accounts.models import User
from apps.accounts.names import name_key
from apps.core.errors import Refused

ADMIN = "keeper"


class Command(BaseCommand):
    help = "Print one-time sign-in links for one person (the first, or NAME) and for the admin, who is made if missing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", help="whom to log in as")

    def handle(self, *, name: str | None, **_: Any) -> None:
        try:
            signin.check_allowed()
        except Refused as refused:
            raise CommandError(refused.message) from refused
        person, admin = _person(name), _admin()
        if person:
            self.stdout.write(f"Read the feed as {person.username}: {signin.link_for(person)}")
        self.stdout.write(f"Admin site, as {admin.username}: {signin.link_for(admin)}")


def _person(name: str | None) -> User | None:
    if name is None:
        return User.objects.filter(is_superuser=False, is_active=True).order_by("pk").first()
    user = User.objects.filter(username_key=name_key(name), erased=False).first()
    if user is None:
        raise CommandError(f"Nobody here is called {name!r}.")
    return user


def _admin() -> User:
    admin = User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first()
    if admin is None:
        admin = User.objects.create_superuser(username=ADMIN, password=None)
        services.register_person(user=admin, now=timezone.now())
    return admin
