"""INSERT: numbers for integer keys, and ``bulk_create(ignore_conflicts=…)`` and ``(update_conflicts=…)``.

Without the latter stock has no ``ManyToManyField.add()`` that two may call at once, and no bulk upsert.
"""

from typing import Any

from django.db.models.constants import OnConflict
from django_mongodb_backend import compiler
from pymongo import UpdateOne
from pymongo.errors import BulkWriteError

from . import sequences
from .errors import is_duplicate

Document = dict[str, Any]


class SQLInsertCompiler(compiler.SQLInsertCompiler):
    def insert(self, docs: list[Document], returning_fields: Any = None) -> list[tuple[Any, ...]]:
        """Store ``docs``, columns to values; return ``returning_fields`` of each."""
        with self.connection.wrap_database_errors:
            self._number(docs)
            if self.query.on_conflict == OnConflict.UPDATE:
                self._upsert(docs)
                docs = self._stored(docs) if returning_fields else docs
            elif self.query.on_conflict == OnConflict.IGNORE:
                self._insert_new(docs)
            else:
                self.collection.insert_many(docs, **self.connection.options)
        return [tuple(doc.get(field.column) for field in returning_fields) for doc in docs] if returning_fields else []

    def _number(self, docs: list[Document]) -> None:
        """Give each row its integer key, or learn of those that were chosen by hand."""
        meta = self.query.get_meta()
        field = meta.auto_field
        if field is None or field.column == "_id":
            return
        if chosen := [doc[field.column] for doc in docs if field.column in doc]:
            sequences.skip(self.connection, meta.db_table, max(chosen))
            return
        for doc, number in zip(docs, sequences.take(self.connection, meta.db_table, len(docs)), strict=True):
            doc[field.column] = number

    def _insert_new(self, docs: list[Document]) -> None:
        try:
            self.collection.insert_many(docs, ordered=False, **self.connection.options)
        except BulkWriteError as error:
            if not all(map(is_duplicate, error.details["writeErrors"])) or error.details["writeConcernErrors"]:
                raise

    def _upsert(self, docs: list[Document]) -> None:
        """Insert, or change ``update_fields`` of the row with the same ``unique_fields``."""
        writes = [self._write_of(doc) for doc in docs]
        try:
            self.collection.bulk_write(writes, ordered=False, **self.connection.options)
        except BulkWriteError as error:
            failures = error.details["writeErrors"]
            if self.connection.session or not all(map(is_duplicate, failures)):
                raise
            # Somebody else inserted the row meanwhile; now it is there to be changed. Another unique key fails again.
            self.collection.bulk_write(
                [writes[failure["index"]] for failure in failures], ordered=False, **self.connection.options
            )

    def _write_of(self, doc: Document) -> UpdateOne:
        keys = {field.column for field in self.query.unique_fields}
        changed = {field.column for field in self.query.update_fields}
        change = {
            "$set": {column: value for column, value in doc.items() if column in changed},
            "$setOnInsert": {column: value for column, value in doc.items() if column not in changed | keys},
        }
        return UpdateOne({column: doc[column] for column in keys}, {k: v for k, v in change.items() if v}, upsert=True)

    def _stored(self, docs: list[Document]) -> list[Document]:
        """Return the rows as they are stored: one that was there keeps its own integer key."""
        keys = [field.column for field in self.query.unique_fields]
        wanted = {"$or": [{key: doc[key] for key in keys} for doc in docs]}
        found = self.collection.aggregate([{"$match": wanted}], **self.connection.options)
        by_key = {tuple(row[key] for key in keys): row for row in found}
        return [by_key[tuple(doc[key] for key in keys)] for doc in docs]
