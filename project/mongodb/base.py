"""The connection: majority concerns, a client per process, an ``atomic`` that at least keeps ``on_commit`` waiting."""

import os
import threading
from collections.abc import Callable
from typing import Any, NoReturn, Self

from django.db import NotSupportedError, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.functional import cached_property
from django_mongodb_backend import base
from pymongo import MongoClient
from pymongo.collection import Collection

from .errors import Translation
from .features import DatabaseFeatures
from .logged import LoggedCollection
from .operations import DatabaseOperations
from .primary import PrimaryWatch
from .schema import DatabaseSchemaEditor
from .validation import DatabaseValidation

CONCERNS = {"w": "majority", "readConcernLevel": "majority", "heartbeatFrequencyMS": 2_000}
"""Concerns are said out loud because defaults differ between versions; with less, acknowledged writes get lost at a
failover. By heartbeats the driver finds servers again that were all away."""

_making_client = threading.Lock()


class Cursor:
    """Stands where Django wants to have a cursor. There is no SQL here, and it says so."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def execute(self, sql: str, params: object = None) -> NoReturn:
        raise NotSupportedError(f"MongoDB runs no SQL: {sql[:60]!r}. Use the ORM, or an operation of connection.ops.")


class DatabaseWrapper(base.DatabaseWrapper):
    data_types = base.DatabaseWrapper.data_types | {
        "AutoField": "long",
        "BigAutoField": "long",
        "SmallAutoField": "int",
    }
    # Stock adds "exists and is not null", which no comparison of MongoDB's query language needs, and which makes it
    # fetch every document where the index alone could answer.
    mongo_operators = base.DatabaseWrapper.mongo_operators | {
        "lt": lambda column, value: {column: {"$lt": value}},
        "lte": lambda column, value: {column: {"$lte": value}},
    }
    features_class = DatabaseFeatures
    ops_class = DatabaseOperations
    SchemaEditorClass = DatabaseSchemaEditor
    validation_class = DatabaseValidation

    origin: Callable[[], str] | None = None
    """Says where a statement comes from; tests set it (``origins``)."""
    _connection_pools: dict[str, MongoClient] = {}
    watches: dict[str, PrimaryWatch] = {}
    """By alias, of those clients that ask the primary for everything."""
    run_commit_hooks_on_set_autocommit_on: bool

    @cached_property
    def wrap_database_errors(self) -> Translation:
        return Translation()

    def get_connection_params(self) -> dict[str, Any]:
        return {**CONCERNS, **super().get_connection_params()}

    def get_new_connection(self, conn_params: dict[str, Any]) -> MongoClient:
        with _making_client:  # Else several threads make one each, and all but one are never closed.
            if self.alias not in self._connection_pools and "readPreference" not in conn_params:
                watch = self.watches[self.alias] = PrimaryWatch()
                conn_params = {**conn_params, "event_listeners": [*conn_params.get("event_listeners", ()), watch]}
            return super().get_new_connection(conn_params)

    def is_usable(self) -> bool:
        return True  # The client is a pool, and mends itself.

    def cursor(self) -> Cursor:
        if self.settings_dict["NAME"] is not None:  # None: Django makes or drops a test database.
            self.ensure_connection()
        return Cursor()

    def get_collection(self, name: str, **kwargs: Any) -> Any:
        self.cursor()  # Where tests forbid a database they replace this, as every SQL statement goes through it.
        if self.alias in self.watches and self.watches[self.alias].is_given_up:
            raise OperationalError("MongoDB has had no primary for longer than an election takes")
        collection: Collection = Collection(self.database, name, **kwargs)
        return LoggedCollection(self, collection) if self.queries_logged else collection

    @property
    def options(self) -> dict[str, Any]:
        """What goes with every statement."""
        options: dict[str, Any] = {"session": self.session}
        if DatabaseWrapper.origin is not None:
            options["comment"] = DatabaseWrapper.origin()
        return options

    def forget_client(self) -> None:
        """Connect anew on next use."""
        self.connection = self.session = None
        self.in_atomic_block_mongo, self.nested_atomics = False, 0
        self.run_on_commit: list[Any] = []
        self.__dict__.pop("database", None)

    # django.db.transaction.atomic: nothing is rolled back. But what asked to be called on commit waits for the end of
    # the outermost block, and is dropped with the block that failed; stock calls it at once.

    def set_autocommit(self, autocommit: bool, force_begin_transaction_with_broken_autocommit: bool = False) -> None:
        self.autocommit = autocommit
        if autocommit and self.run_commit_hooks_on_set_autocommit_on and not self.in_atomic_block_mongo:
            self.run_and_clear_commit_hooks()
            self.run_commit_hooks_on_set_autocommit_on = False

    def on_commit(self, func: Callable[[], object], robust: bool = False) -> None:
        if self.in_atomic_block_mongo:
            super().on_commit(func, robust)
        else:
            BaseDatabaseWrapper.on_commit(self, func, robust)

    def _savepoint_allowed(self) -> bool:
        return bool(self.in_atomic_block)

    def _savepoint(self, sid: str) -> None:
        """Do nothing: the name alone lets Django drop what was asked for on commit in a block that failed."""

    _savepoint_rollback = _savepoint_commit = _savepoint

    # django_mongodb_backend.transaction.atomic: a real transaction.

    def commit_mongo(self) -> None:
        """Commit. Stock leaves a failed commit's session behind, in which all that this thread does later is lost."""
        try:
            with self.wrap_database_errors:
                super().commit_mongo()
        finally:
            if self.session is not None:
                self._end_session()


_parents_clients: list[MongoClient] = []


def _forget_clients() -> None:
    """Let a forked child connect anew: sockets and threads are its parent's, and a lock may be held for ever."""
    global _making_client
    _making_client = threading.Lock()
    _parents_clients.extend(DatabaseWrapper._connection_pools.values())  # Kept, because collecting would close them.
    DatabaseWrapper._connection_pools.clear()
    DatabaseWrapper.watches.clear()
    for connection in connections.all(initialized_only=True):
        if isinstance(connection, DatabaseWrapper):
            connection.forget_client()


os.register_at_fork(after_in_child=_forget_clients)
