"""Fields whose column differs by database, and which migrations must not notice."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from .ids import NIL


class _PrimaryKeyColumn:
    """A primary key in column ``settings.PK_DB_COLUMN`` (``_id`` on MongoDB), left out of migrations.

    On MongoDB a key in any other column makes every look-up by key read the whole collection.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs |= {"primary_key": True, "db_column": settings.PK_DB_COLUMN}
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()  # type: ignore[misc]
        return name, path, args, {k: v for k, v in kwargs.items() if k not in ("db_column", "primary_key", "editable")}


class _Id(models.UUIDField):  # type: ignore[type-arg]
    """An id. MariaDB's own type refuses what it deems no UUID, as hashes and the greatest id are, and has its own order."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        own = super().db_type(connection)
        return "char(32) CHARACTER SET ascii COLLATE ascii_bin" if connection.vendor == "mysql" else own

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        own = super().get_db_prep_value(value, connection, prepared)
        return own.hex if isinstance(own, UUID) and connection.vendor == "mysql" else own


class IdField(_PrimaryKeyColumn, _Id):
    """The UUID primary key of every model of Prowl. It has no default: a row's key comes from an activity."""


class KeyField(_PrimaryKeyColumn, models.CharField):  # type: ignore[type-arg]
    """A primary key of hex digits whose order matters: fixed width, so every collation orders it alike."""


class RefField(_Id):
    """An id without a foreign key: a projection may be written before the row that it points to. ``NIL`` is none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", NIL)
        super().__init__(*args, **kwargs)


class IdListField(models.TextField):  # type: ignore[type-arg]
    """Several ids as one text of hex words; in Python a tuple of UUIDs. Never searched, so no store needs to parse it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", ())
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: str | None, *_: Any) -> tuple[UUID, ...]:
        return self.to_python(value)

    def to_python(self, value: Any) -> tuple[UUID, ...]:
        if isinstance(value, str):
            return tuple(UUID(word) for word in value.split())
        return tuple(value or ())

    def get_prep_value(self, value: Any) -> str:
        return " ".join(id.hex for id in self.to_python(value))


class DataField(models.TextField):  # type: ignore[type-arg]
    """JSON as text, never searched: what people typed can't become an operator or a column of any store."""

    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def from_db_value(self, value: str | None, *_: Any) -> Any:
        return None if value is None else json.loads(value)

    def get_prep_value(self, value: Any) -> str | None:
        return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
