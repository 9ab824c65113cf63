"""A whole tier on one machine, from real servers on loopback.

    with Tier.started("cheetah", folder, servers=3, workers=1) as tier:
        tier.url                             # where people come in
        tier.environ                         # MONGODB_URL, REDIS_URL …: what manage.py needs to work on the same site
        tier.parts["redis-evicts"].freeze()  # also .kill() .thaw() .start() .stop() .is_alive() .pid .port .log

``tiers.py`` says of which parts a tier consists, ``parts/`` how each is started and when it is ready. What runs stands in
``state.json`` of the folder, so that another process finds it: ``Tier.found(folder)``. A new kind of server is a module in
``parts/`` and a name in ``tiers.py``.
"""

from .errors import TierError
from .part import Part
from .tier import Tier

__all__ = ["Part", "Tier", "TierError"]
