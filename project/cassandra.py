"""How Cassandra is asked: a majority of this data centre, short time-outs, and a second node when the first is slow."""

import ssl

from cassandra import ConsistencyLevel
from cassandra.cluster import EXEC_PROFILE_DEFAULT, ExecutionProfile
from cassandra.policies import ConstantSpeculativeExecutionPolicy, DCAwareRoundRobinPolicy, TokenAwarePolicy
from cassandra.query import dict_factory, named_tuple_factory


def profiles(*, data_centre: str, timeout: float) -> dict[object, ExecutionProfile]:
    """Return the driver's execution profiles: ``journal`` for the hot path, ``scan`` for thousands of rows at a time, the
    default one for everything else.

    ``timeout`` is in seconds, of one request of the hot path. A node that hangs answers nothing and refuses nothing: after a
    tenth of the time-out the next one is asked as well, where asking twice does no harm. A page of a scan is thirty times as
    long under way, and asked for twice only when it surely hangs.
    """
    near = TokenAwarePolicy(DCAwareRoundRobinPolicy(local_dc=data_centre))
    consistency = {
        "load_balancing_policy": near,
        "consistency_level": ConsistencyLevel.LOCAL_QUORUM,
        "serial_consistency_level": ConsistencyLevel.LOCAL_SERIAL,
    }
    return {
        EXEC_PROFILE_DEFAULT: ExecutionProfile(row_factory=dict_factory, request_timeout=30, **consistency),
        "journal": _impatient(timeout, after=timeout / 10, **consistency),
        "scan": _impatient(30 * timeout, after=10 * timeout, **consistency),
    }


def _impatient(timeout: float, *, after: float, **more: object) -> ExecutionProfile:
    again = ConstantSpeculativeExecutionPolicy(delay=after, max_attempts=2)
    rows = {"row_factory": named_tuple_factory, "request_timeout": timeout}
    return ExecutionProfile(speculative_execution_policy=again, **rows, **more)


def connection(*, data_centre: str, port: int, timeout: float, certificates: str = "") -> dict[str, object]:
    """Return what the driver is told about connecting. ``certificates``: the file of a CA's, by which nodes are known."""
    secured = {"ssl_context": ssl.create_default_context(cafile=certificates)} if certificates else {}
    return {
        "port": port,
        "protocol_version": 5,
        "execution_profiles": profiles(data_centre=data_centre, timeout=timeout),
        "connect_timeout": max(timeout, 2.0),
        "control_connection_timeout": max(timeout, 2.0),
        "prepare_on_all_hosts": False,  # else whoever prepares waits for the node that hangs, too
        "lazy_connect": True,  # else every command fails while the cluster is away, and forked processes hang
        **secured,
    }
