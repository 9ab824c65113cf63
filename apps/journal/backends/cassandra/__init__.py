"""The journal on a Cassandra cluster: any one node may die while people write. Right from tiger on.

An app of its own, so that ``manage.py sync_cassandra`` finds its tables and ``migrate`` does not. Remember three things:
the row in ``activity`` is the commit point and everything else is found from it again (``index``); every statement
carries the time of its activity, so that repeating it late brings nothing back; there is no total order.
"""

from .journal import Journal

__all__ = ["Journal"]
