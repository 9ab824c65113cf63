"""Every statement in ``connection.queries``: the stock wrapper leaves out the methods that only this engine uses.

Tests count queries with it, and what is not counted is not seen to grow.
"""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from django_mongodb_backend.utils import OperationDebugWrapper

OURS = ("bulk_write", "delete_one", "find_one", "find_one_and_update", "insert_one", "update_one")


def _logging(name: str) -> Callable[..., Any]:
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        shown = deepcopy(args)  # The driver adds keys to the documents that it is given.
        seconds, answer = self.profile_call(getattr(self.wrapped, name), args, kwargs)
        self.log(name, seconds, shown)
        return answer

    return call


class LoggedCollection(OperationDebugWrapper):
    """A collection that writes down what is asked of it."""


for _name in OURS:
    setattr(LoggedCollection, _name, _logging(_name))
