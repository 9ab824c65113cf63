"""Django on MongoDB: a thin engine over MongoDB's own django-mongodb-backend. ``ENGINE = "project.mongodb"``.

The stock backend works, and is full of traps for a project whose models and migrations also serve SQL databases:
integer keys are refused, look-ups by unique fields read whole collections, a page of 20 sorts all that matched. Each
file cures some of them and says which; ``tests/mongodb`` tries every cure on the stock backend too, where it must
fail.

Remember three things. ``django.db.transaction.atomic`` can't roll back here: nothing may need it to be right; a
projected row is written by ``connection.ops.fold_row``. A model's key must lie in column ``_id``
(``apps.core.fields``). What only a SQL database enforces (foreign keys, check constraints, lengths) nobody enforces
here: services validate.
"""
