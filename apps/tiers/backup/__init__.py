"""Back-ups: one file holds the journal, its tombstones and the ordinary tables of accounts; the rest is made anew from it.

It is read and written through the application, a row at a time, so it fits every database: what a kitten wrote, a cheetah
restores. The file is gzipped lines of JSON, each ``[kind, …]``, the last of which counts and signs the others.
"""
