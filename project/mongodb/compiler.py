"""The compilers by the names under which Django looks for them."""

from django_mongodb_backend import compiler

from .inserting import SQLInsertCompiler
from .reading import Repeated
from .rewriting import SQLDeleteCompiler, SQLUpdateCompiler


class SQLCompiler(Repeated):
    """SELECT."""


class SQLAggregateCompiler(Repeated, compiler.SQLAggregateCompiler):
    """SELECT of a SELECT, for ``aggregate()`` and ``count()``."""


__all__ = ["SQLAggregateCompiler", "SQLCompiler", "SQLDeleteCompiler", "SQLInsertCompiler", "SQLUpdateCompiler"]
