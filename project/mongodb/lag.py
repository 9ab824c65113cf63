"""How far the secondaries are behind, as the driver's own monitoring of the servers knows it."""

from pymongo import MongoClient


def lag_seconds(client: MongoClient) -> float | None:
    """Return by how many seconds the last secondary is behind the primary; None where one of both is not there.

    A set in which nothing is written looks up to 10 s late, which is how often its primary writes by itself.
    """
    servers = client.topology_description.server_descriptions().values()
    written = [(one.server_type_name, one.last_write_date) for one in servers if one.last_write_date is not None]
    primary = max((at for kind, at in written if kind == "RSPrimary"), default=None)
    secondary = min((at for kind, at in written if kind == "RSSecondary"), default=None)
    return None if primary is None or secondary is None else max(0.0, primary - secondary)
