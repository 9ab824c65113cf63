"""From Django's query to MongoDB's, where the stock backend reads too much or refuses."""

from collections.abc import Iterator
from typing import Any

from bson import Int64
from django.apps import apps
from django.core.exceptions import EmptyResultSet
from django.db import IntegrityError
from django.db.models import sql
from django.db.models.constants import OnConflict
from django.db.models.sql.constants import MULTI
from django_mongodb_backend import compiler
from django_mongodb_backend.query import wrap_database_errors
from pymongo import ReturnDocument, UpdateOne
from pymongo.errors import BulkWriteError

from .query import PageQuery

DUPLICATE_KEY = 11000
SEQUENCES = "__sequences"


class _Compiler:
    query_class = PageQuery

    def __init__(self, query: Any, *args: Any, **kwargs: Any) -> None:
        if query_extra := getattr(query, "extra", None):
            if all(name.startswith("_prefetch_related_val_") for name in query_extra):
                query = _prefetching(query)
        super().__init__(query, *args, **kwargs)


def _prefetching(query: Any) -> Any:
    """Return the query of a many-to-many ``prefetch_related`` with annotations in place of its SQL fragments."""
    query = query.clone()
    extra, query.extra = query.extra, {}
    query.set_extra_mask(())
    query._extra_select_cache = None
    for name, (fragment, _) in extra.items():
        table, column = fragment.replace('"', "").split(".")
        alias = next(alias for alias in query.table_map[table] if query.alias_refcount[alias])
        query.annotations[name] = _field(table, column).get_col(alias)
        query.append_annotation_mask([name])
    return query


def _field(table: str, column: str) -> Any:
    models = apps.get_models(include_auto_created=True)
    fields = (f for model in models if model._meta.db_table == table for f in model._meta.local_fields)
    return next(field for field in fields if field.column == column)


class SQLCompiler(_Compiler, compiler.SQLCompiler):  # type: ignore[misc]
    pass


class SQLAggregateCompiler(_Compiler, compiler.SQLAggregateCompiler):  # type: ignore[misc]
    pass


def _keys(compiling: Any) -> list[Any]:
    """Return the stored keys of the rows that a query over several collections selects."""
    query = compiling.query.chain(klass=sql.Query)
    query.clear_ordering(force=True)
    query.clear_select_clause()
    query.add_fields([compiling.query.get_meta().pk.name])
    query.extra = {}
    return [row[0] for chunk in query.get_compiler(compiling.using).execute_sql(MULTI) for row in chunk]


def _spans_collections(query: Any) -> bool:
    joined = len([alias for alias in query.alias_map if query.alias_refcount[alias]]) > 1
    return joined or any(hasattr(getattr(leaf, "rhs", None), "get_compiler") for leaf in _leaves(query.where))


def _leaves(where: Any) -> Iterator[Any]:
    for child in getattr(where, "children", ()):
        yield from _leaves(child) if hasattr(child, "children") else (child,)


class SQLDeleteCompiler(_Compiler, compiler.SQLDeleteCompiler):  # type: ignore[misc]
    """A delete over a join takes two steps: find the keys, then delete by them."""

    def check_query(self) -> None:
        """Allow what the stock backend refuses; ``execute_sql`` takes two steps for it."""

    def execute_sql(self, result_type: str = MULTI) -> int:
        try:
            query = self.build_query()
        except EmptyResultSet:
            return 0
        if self.subqueries or not self.single_alias:
            return self._delete(_keys(self))  # type: ignore[no-any-return]
        return query.delete()  # type: ignore[no-any-return]

    @wrap_database_errors  # type: ignore[untyped-decorator]
    def _delete(self, keys: list[Any]) -> int:
        meta = self.query.get_meta()
        collection = self.connection.get_collection(meta.db_table)
        chosen = {meta.pk.column: {"$in": keys}}
        return collection.delete_many(chosen, session=self.connection.session).deleted_count if keys else 0


class SQLUpdateCompiler(_Compiler, compiler.SQLUpdateCompiler):  # type: ignore[misc]
    """An update over a join takes two steps, too."""

    def execute_sql(self, result_type: str) -> int:
        if _spans_collections(self.query):
            keys = _keys(self)
            self.query = self.query.clone()
            self.query.clear_where()
            for alias in list(self.query.alias_map):
                if alias != self.query.get_initial_alias():
                    self.query.alias_refcount[alias] = 0
            self.query.add_filter("pk__in", [_python(self.query.get_meta().pk, key, self.connection) for key in keys])
        return super().execute_sql(result_type)  # type: ignore[no-any-return]


def _python(field: Any, value: Any, connection: Any) -> Any:
    column = field.get_col(field.model._meta.db_table)
    for convert in connection.ops.get_db_converters(column) + field.get_db_converters(connection):
        value = convert(value, column, connection)
    return value


class SQLInsertCompiler(_Compiler, compiler.SQLInsertCompiler):  # type: ignore[misc]
    """Inserts with integer keys from a sequence, and with conflicts ignored or turned into updates."""

    def execute_sql(self, returning_fields: Any = None) -> list[tuple[Any, ...]]:
        self.pre_sql_setup()
        docs = [self._document(obj) for obj in self.query.objs]
        self._number(docs)
        self._write(docs)
        return [tuple(doc.get(f.column, doc.get("_id")) for f in returning_fields) for doc in docs if returning_fields]

    def _document(self, obj: Any) -> dict[str, Any]:
        document = {}
        for field in self.query.fields:
            raw = getattr(obj, field.attname) if self.query.raw else field.pre_save(obj, obj._state.adding)
            value = field.get_db_prep_save(raw, connection=self.connection)
            if value is None and not field.null and not field.primary_key:
                raise IntegrityError(f"You can't set {field.name} (a non-nullable field) to None.")
            document[field.column] = value
        return document

    def _number(self, docs: list[dict[str, Any]]) -> None:
        """Give integer keys that were not given, and keep the sequence above those that were."""
        meta = self.query.get_meta()
        auto = meta.auto_field
        if auto is None or auto.column == "_id":
            return
        if auto in self.query.fields:
            self._sequence(meta.db_table, {"$max": {"value": max(int(doc[auto.column]) for doc in docs)}})
            return
        last = self._sequence(meta.db_table, {"$inc": {"value": len(docs)}})
        for number, doc in enumerate(docs, last - len(docs) + 1):
            doc[auto.column] = Int64(number)

    @wrap_database_errors  # type: ignore[untyped-decorator]
    def _sequence(self, table: str, change: dict[str, Any]) -> int:
        """Change a table's sequence atomically and return its value."""
        sequences = self.connection.database[SEQUENCES]
        after = ReturnDocument.AFTER
        return int(sequences.find_one_and_update({"_id": table}, change, upsert=True, return_document=after)["value"])

    @wrap_database_errors  # type: ignore[untyped-decorator]
    def _write(self, docs: list[dict[str, Any]]) -> None:
        session, conflict = self.connection.session, self.query.on_conflict
        if conflict == OnConflict.UPDATE:
            self.collection.bulk_write([self._upsert(doc) for doc in docs], ordered=False, session=session)
            return
        try:
            self.collection.insert_many(docs, ordered=conflict is None, session=session)
        except BulkWriteError as error:
            others = [one for one in error.details["writeErrors"] if one["code"] != DUPLICATE_KEY]
            if conflict != OnConflict.IGNORE or others or error.details["writeConcernErrors"]:
                raise

    def _upsert(self, doc: dict[str, Any]) -> UpdateOne:
        meta = self.query.get_meta()
        keys = [_column(meta, field) for field in self.query.unique_fields] or [meta.pk.column]
        updated = [_column(meta, field) for field in self.query.update_fields]
        change: dict[str, Any] = {"$setOnInsert": {k: v for k, v in doc.items() if k not in updated and k not in keys}}
        if updated:
            change["$set"] = {column: doc[column] for column in updated}
        return UpdateOne({key: doc[key] for key in keys}, change, upsert=True)


def _column(meta: Any, field: Any) -> str:
    """Return the column of a field, or of its name; Django passes either."""
    name = getattr(field, "name", field)
    return str(meta.pk.column if name == "pk" else meta.get_field(name).column)
