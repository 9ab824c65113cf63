"""How Cassandra is asked: a majority of this data centre, short time-outs, and a second node when the first is slow."""

from cassandra import ConsistencyLevel
from cassandra.cluster import EXEC_PROFILE_DEFAULT, ExecutionProfile
from cassandra.policies import ConstantSpeculativeExecutionPolicy, DCAwareRoundRobinPolicy, TokenAwarePolicy
from cassandra.query import dict_factory, named_tuple_factory


def profiles(*, data_centre: str, timeout: float) -> dict[object, ExecutionProfile]:
    """Return the driver's execution profiles: ``journal`` for the hot path, the default one for everything else.

    ``timeout`` is in seconds, of one request. A node that hangs answers nothing and refuses nothing: after a tenth of the
    time-out the next one is asked as well, where asking twice does no harm.
    """
    near = TokenAwarePolicy(DCAwareRoundRobinPolicy(local_dc=data_centre))
    consistency = {
        "load_balancing_policy": near,
        "consistency_level": ConsistencyLevel.LOCAL_QUORUM,
        "serial_consistency_level": ConsistencyLevel.LOCAL_SERIAL,
    }
    return {
        EXEC_PROFILE_DEFAULT: ExecutionProfile(row_factory=dict_factory, request_timeout=30, **consistency),
        "journal": ExecutionProfile(
            row_factory=named_tuple_factory,
            request_timeout=timeout,
            speculative_execution_policy=ConstantSpeculativeExecutionPolicy(delay=timeout / 10, max_attempts=2),
            **consistency,
        ),
    }
