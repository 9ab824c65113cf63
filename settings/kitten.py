from settings.base import *
from settings.base import BASE_DIR

PK_DB_COLUMN = "id"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "var" / "prowl.sqlite3",
    "OPTIONS": {"timeout": 5, "transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"},
    "TEST": {"NAME": BASE_DIR / "var" / "test.sqlite3"}}}
