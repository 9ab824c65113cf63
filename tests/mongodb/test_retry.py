"""Doing it again."""

import pytest
from django.db import OperationalError
from pymongo.errors import AutoReconnect, DuplicateKeyError, OperationFailure, ServerSelectionTimeoutError

from project.mongodb.retry import retried


class Failing:
    def __init__(self, *errors: Exception) -> None:
        self.errors, self.calls = list(errors), 0

    def __call__(self) -> str:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return "done"


def test_a_lost_server_is_asked_again():
    operation = Failing(AutoReconnect("a"), AutoReconnect("b"))
    assert retried(operation) == "done"
    assert operation.calls == 3


def test_it_is_given_up_after_some_attempts():
    operation = Failing(*(AutoReconnect("a") for _ in range(9)))
    with pytest.raises(AutoReconnect):
        retried(operation, attempts=2)
    assert operation.calls == 2


@pytest.mark.parametrize("error", [ServerSelectionTimeoutError("waited"), OperationFailure("wrong")])
def test_what_would_not_help_is_not_tried(error):
    operation = Failing(error)
    with pytest.raises(type(error)):
        retried(operation)
    assert operation.calls == 1


def test_others_may_be_named():
    assert retried(Failing(DuplicateKeyError("raced")), also=(DuplicateKeyError,)) == "done"


def test_an_error_in_djangos_words_counts_as_what_it_is_of():
    error = OperationalError("lost")
    error.__cause__ = AutoReconnect("a")
    assert retried(Failing(error)) == "done"
    with pytest.raises(OperationalError):
        retried(Failing(OperationalError("locked")))


def test_no_attempt_is_a_mistake():
    with pytest.raises(ValueError, match="not 0"):
        retried(Failing(), attempts=0)
