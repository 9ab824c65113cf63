"""The number of queries of a page does not depend on how much stands on it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

pytestmark = [pytest.mark.django_db, pytest.mark.shared]


def queries(client, path: str) -> int:
    """Count the queries of a page that was read before, so that its timeline and fragments are there.

    The least of three readings, because what is known for some seconds only may run out at any of them.
    """
    assert client.get(path).status_code == 200
    return min(_queries_once(client, path) for _ in range(3))


def _queries_once(client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    return len(captured)


@pytest.fixture
def society(person, follow):
    jun, others = person("jun"), [person(f"p{number}") for number in range(5)]
    for other in others:
        follow(jun, other)
    return jun, others


@pytest.mark.parametrize(
    ("path", "most"),
    [("/", 10), ("/explore/", 10), ("/tags/lowwater/", 11), ("/@p0/", 13), ("/@jun/following/", 11)],
)
def test_a_page_of_twenty_costs_the_queries_of_one(society, write, logged_in, path, most):
    jun, others = society
    client = logged_in(jun)
    write(others[0], "First. #lowwater")
    one = queries(client, path)
    for number in range(25):
        write(others[number % 5 if number > 5 else 0], f"Post {number} @p1 #lowwater")
    assert queries(client, path) == one
    assert one <= most


def test_a_thread_of_thirty_costs_the_queries_of_two(society, write, logged_in):
    jun, others = society
    client = logged_in(jun)
    first = write(others[0], "First.")
    path = f"/@p0/{first.id.hex}/"
    write(others[1], "Reply.", parent=first.id)
    one = queries(client, path)
    for number in range(28):
        write(others[number % 5], f"Reply {number}", parent=first.id)
    assert queries(client, path) == one
    assert one <= 14


def test_anybodys_home_costs_the_same_with_one_and_with_twenty(client, society, write):
    _, others = society
    write(others[0], "First.")
    one = queries(client, "/")
    for number in range(25):
        write(others[number % 5], f"Post {number}")
    assert queries(client, "/") == one
    assert one <= 5
