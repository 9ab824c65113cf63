"""``manage.py erase_person NAME``: let go of a person for ever, and of all they did here."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.accounts import selectors, services
from apps.accounts.names import name_key
from apps.core.errors import Refused


class Command(BaseCommand):
    help = "Erase a person: their account, profile, posts and everything else that they did. It can't be undone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the person's user name")
        parser.add_argument("--yes", action="store_true", help="don't ask")

    def handle(self, *, name: str, yes: bool, **_: Any) -> None:
        person_id = selectors.person_by_name(name=name.removeprefix("@"))
        if person_id is None:
            raise CommandError(f"There is nobody called {name!r}; an erased person has no name any more.")
        card = selectors.card_of(id=person_id)
        called = f"@{card.username}" if card else name
        if not yes and not _confirms(
            input(f"Erase {called} and everything they did, for ever? Type their name: "), name
        ):
            raise CommandError("Nothing was erased: that is another name.")
        try:
            services.erase(person_id=person_id, now=timezone.now())
        except Refused as refused:
            raise CommandError(f"Nobody was erased. {refused.message}") from refused
        self.stdout.write(f"{called} was erased. The name is not given out again.")


def _confirms(typed: str, name: str) -> bool:
    return name_key(typed.strip().removeprefix("@")) == name_key(name.removeprefix("@"))
