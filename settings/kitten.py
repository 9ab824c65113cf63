"""Kitten: one process with threads, one SQL database, everything else in memory. A weekend's site of some thousands."""

from .base import *
from .env import VAR, env
from .memory import *

PK_DB_COLUMN = "id"
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR / 'prowl.sqlite3'}")}
DATABASES["default"] |= {
    "CONN_MAX_AGE": 600,
    "CONN_HEALTH_CHECKS": True,
}  # seconds; connecting costs a request more than reading
_ASKED = DATABASES["default"].get("OPTIONS", {})  # What stands behind the ? of the address: TLS, say.
if DATABASES["default"]["ENGINE"].endswith("mysql"):
    # Names and tags differ by an accent or a case, so a database in which they don't is refused by a check.
    DATABASES["default"] |= {
        "OPTIONS": {**_ASKED, "charset": "utf8mb4", "sql_mode": "TRADITIONAL"},
        "TEST": {"CHARSET": "utf8mb4", "COLLATION": "utf8mb4_bin"},
    }
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"] |= {
        "OPTIONS": {
            **_ASKED,
            "timeout": 5,  # seconds a write waits for another; then a clear 503
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL",
        },
        "TEST": {"NAME": env.str("TEST_SQLITE", default=str(VAR / "test.sqlite3"))},  # a file: tests use threads
    }
