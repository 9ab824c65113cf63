"""The number of queries of a page does not depend on how much stands on it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

pytestmark = pytest.mark.django_db


def queries(client, path: str) -> int:
    """Count the queries of a page that has been read before, so that its timeline and fragments are there."""
    assert client.get(path).status_code == 200
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
def test_a_page_of_twenty_costs_the_queries_of_one(society, write, logged_in, path, most, django_assert_num_queries):
    jun, others = society
    client = logged_in(jun)
    write(others[0], "First. #lowwater")
    one = queries(client, path)
    for number in range(25):
        write(others[number % 5 if number > 5 else 0], f"Post {number} @p1 #lowwater")
    client.get(path)
    with django_assert_num_queries(one):
        client.get(path)
    assert one <= most


def test_a_thread_of_thirty_costs_the_queries_of_two(society, write, logged_in, django_assert_num_queries):
    jun, others = society
    client = logged_in(jun)
    first = write(others[0], "First.")
    path = f"/@p0/{first.id.hex}/"
    write(others[1], "Reply.", parent=first.id)
    one = queries(client, path)
    for number in range(28):
        write(others[number % 5], f"Reply {number}", parent=first.id)
    client.get(path)
    with django_assert_num_queries(one):
        client.get(path)
    assert one <= 14


def test_anybodys_home_costs_the_same_with_one_and_with_twenty(client, society, write, django_assert_num_queries):
    _, others = society
    write(others[0], "First.")
    one = queries(client, "/")
    for number in range(25):
        write(others[number % 5], f"Post {number}")
    client.get("/")
    with django_assert_num_queries(one):
        client.get("/")
    assert one <= 5
