"""Short ways to make rows of ``shelf``."""

from typing import Any
from uuid import UUID, uuid4  # noqa: TID251 - any id will do

from .shelf import Author, Book, Entry, Reader
from .traps import ALIAS


def author(name: str, **values: Any) -> Author:
    return Author.objects.using(ALIAS).create(id=uuid4(), name=name, **values)


def reader(name: str) -> Reader:
    return Reader.objects.using(ALIAS).create(id=uuid4(), name=name)


def book(by: Author, **values: Any) -> Book:
    return Book.objects.using(ALIAS).create(id=uuid4(), author=by, **values)


def entries(authors: int, each: int, **values: Any) -> list[UUID]:
    """Write ``each`` entries for every author, in turn; return the authors. Ids count upwards from 1."""
    people = [UUID(int=1000 + number) for number in range(authors)]
    Entry.objects.using(ALIAS).bulk_create(
        Entry(id=UUID(int=1 + at * authors + number), author=person, **values)
        for at in range(each)
        for number, person in enumerate(people)
    )
    return people
