"""Posts that come in faster than a form can be sent, in a process of the site's own.

python -m tests.faults.pouring pour HOW_MANY    # prints the moment it began and the seconds it took
python -m tests.faults.pouring drained MOMENT   # waits until nothing since then is pending; prints the seconds
"""

import sys
import time
from datetime import UTC, datetime

NAME, READERS = "pourer", [f"cup{letter}" for letter in "abcde"]


def pour(count: str) -> None:
    from apps.graph import services as graph
    from apps.posts import services as posts
    from apps.posts.values import Audience
    from apps.timelines import selectors as timelines

    pourer, *readers = [_person(name) for name in (NAME, *READERS)]
    for reader in readers:
        graph.follow(actor_id=reader, person_id=pourer, now=datetime.now(UTC))
        timelines.home(viewer_id=reader, now=datetime.now(UTC))
    began, started = time.time(), time.monotonic()
    for number in range(int(count)):
        posts.publish(author_id=pourer, text=f"drop {number}", audience=Audience.UNLISTED, now=datetime.now(UTC))
    print(began, time.monotonic() - started)


def drained(moment: str) -> None:
    from apps.journal.sweeper import pending_since

    since, started = datetime.fromtimestamp(float(moment), UTC), time.monotonic()
    while any(pending_since(since, now=datetime.now(UTC))):
        time.sleep(0.1)
    print(time.monotonic() - started)


def _person(name: str):
    from apps.accounts.models import User
    from apps.accounts.services import register_person

    user = User(username=name)
    user.set_unusable_password()
    user.save()
    register_person(user=user, now=datetime.now(UTC))
    return user.pk


if __name__ == "__main__":
    import django

    django.setup()
    {"pour": pour, "drained": drained}[sys.argv[1]](sys.argv[2])
