"""What this engine can do beside the stock backend."""

from django_mongodb_backend import features


class DatabaseFeatures(features.DatabaseFeatures):  # type: ignore[misc]
    """Conflicts are ignored or become updates; a sorted ``IN`` of up to 200 values is merged from index ranges."""

    has_bulk_insert = True
    supports_ignore_conflicts = True
    supports_update_conflicts = True
    supports_update_conflicts_with_target = True
    merges_in = True
