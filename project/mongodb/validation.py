"""Integer keys are welcome (see ``sequences``). The stock backend refuses them, and so contrib apps' migrations."""

from django_mongodb_backend import validation


class DatabaseValidation(validation.DatabaseValidation):
    prohibited_fields: frozenset[str] = frozenset()
