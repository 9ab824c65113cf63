"""Where posts are read. A stored timeline is a capped cache of one query, the oracle.

Remember: what *belongs* is stored, what *may be seen* is decided at reading (``predicates``); the marker's token
decides which build counts (``backends``); everything stored may be lost at any moment.
"""
