"""Where posts are read. A stored timeline is a capped cache of one query, the oracle.

Remember: what *belongs* is stored, what *may be seen* is decided at reading (``predicates``); the marker's token
decides which build counts (``backends``); what pages are made of may be kept beside (``facts``); everything stored may be
lost at any moment.
"""
