"""Run a command with a MongoDB of its own, whose address it finds in MONGODB_URL: ``deploy/bin/mongod.py COMMAND …``

``python -m deploy.bin.tier stores PROFILE COMMAND …`` does it for all that a tier stores in.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from deploy.bin.tier.__main__ import main
from deploy.bin.tier.__main__ import run_command as run
from deploy.bin.tier.ports import free_port

__all__ = ["free_port", "run"]

if __name__ == "__main__":
    sys.argv[1:1] = ["stores", "big_cat"]
    sys.exit(main())
