"""The connection, put together from the parts beside it."""

from django_mongodb_backend import base

from .features import DatabaseFeatures
from .operations import DatabaseOperations
from .schema import DatabaseSchemaEditor
from .validation import DatabaseValidation


class DatabaseWrapper(base.DatabaseWrapper):  # type: ignore[misc]
    """Integer keys are longs from a sequence; ObjectIds would reach sessions and forms that only know numbers."""

    data_types = base.DatabaseWrapper.data_types | {
        "AutoField": "long",
        "BigAutoField": "long",
        "SmallAutoField": "long",
    }
    features_class = DatabaseFeatures
    ops_class = DatabaseOperations
    SchemaEditorClass = DatabaseSchemaEditor
    validation_class = DatabaseValidation
