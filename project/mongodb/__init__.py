"""The database engine for MongoDB: django-mongodb-backend, with the traps closed that a stock project falls into.

Stock contrib apps and third-party apps run unmodified on it (integer keys from a sequence), unique look-ups use their
index, pages are sorted before they are projected, and ``fold_row`` is the conditional write. docs/decisions/0001 says
why this backend; each cure is told where it stands, and has a test that fails without it.
"""
