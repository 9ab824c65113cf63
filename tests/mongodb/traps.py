"""How a test of a trap says so."""

from typing import Any

import pytest
from django.db import models

ALIAS = "traps"
OURS = "project.mongodb"
STOCK = "django_mongodb_backend"


def trap(what: str, *, fixture: str = "engine") -> pytest.MarkDecorator:
    """Run the test on both engines; on the stock one it must fail, because of ``what``.

    If it no longer does, the stock backend has been mended, and the cure can go.
    """
    mended = pytest.mark.xfail(strict=True, reason=f"stock: {what}")
    return pytest.mark.parametrize(fixture, [OURS, pytest.param(STOCK, marks=mended)], indirect=True)


def create(connection: Any, *chosen: type[models.Model]) -> None:
    """Make the collections of models, with their indexes."""
    with connection.schema_editor() as editor:
        for model in chosen:
            editor.create_model(model)
