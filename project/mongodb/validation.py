"""Stock apps use AutoField; here it is a number from a sequence, so nothing is prohibited."""

from django_mongodb_backend import validation


class DatabaseValidation(validation.DatabaseValidation):  # type: ignore[misc]
    prohibited_fields = frozenset()
