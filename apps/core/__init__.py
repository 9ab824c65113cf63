"""What every app stands on: ids, fields, folds, cursors and the backend handler.

Nothing here knows a person, a post or a tier. Remember two things: an id *is* a moment (see ``ids``), and a projected
row is written by one conditional statement only (see ``folds``).
"""
