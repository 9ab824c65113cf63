"""Big Cat: MongoDB takes the data, Varnish what many read. Still one process: sessions are in its memory."""

from .base import *
from .env import env
from .memory import *

PK_DB_COLUMN = "_id"
DATABASES = {
    "default": {
        "ENGINE": "project.mongodb",
        "HOST": env.str("MONGODB_URL", default="mongodb://127.0.0.1:27117/?replicaSet=rs0"),
        "NAME": env.str("MONGODB_NAME", default="prowl"),
        "OPTIONS": {"w": "majority", "readConcernLevel": "majority", "serverSelectionTimeoutMS": 5_000},
    }
}
PUSH_LIMIT = 500
