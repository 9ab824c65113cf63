"""What Django may ask of this engine and not of the stock one; each is made true in the file named."""

from django_mongodb_backend import features


class DatabaseFeatures(features.DatabaseFeatures):
    # bulk_create(ignore_conflicts=…, update_conflicts=…): inserting.py
    supports_ignore_conflicts = True
    supports_update_conflicts = True
    supports_update_conflicts_with_target = True
    # update() over a join: Django itself selects the keys first if it is told that it must. rewriting.py
    update_can_self_select = False
    # Does it merge the sorted ranges of `author IN (…) ORDER BY id`? hints.py sees to it.
    merges_in = True
