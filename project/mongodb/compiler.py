"""The compilers by the names under which Django looks for them."""

from django_mongodb_backend import compiler

from .inserting import SQLInsertCompiler
from .reading import Reading
from .rewriting import SQLDeleteCompiler, SQLUpdateCompiler


class SQLCompiler(Reading):
    """SELECT."""


class SQLAggregateCompiler(Reading, compiler.SQLAggregateCompiler):
    """SELECT of a SELECT, for ``aggregate()`` and ``count()``."""


__all__ = ["SQLAggregateCompiler", "SQLCompiler", "SQLDeleteCompiler", "SQLInsertCompiler", "SQLUpdateCompiler"]
