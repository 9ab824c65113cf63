"""Cheetah: stateless. Sessions, limits, jobs and timelines are in Redis, so any number of servers answers anybody."""

from .big_cat import *
from .env import env

REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6390")
"""Keeps what must not be lost while it runs, sessions, limits and the queue: ``maxmemory-policy noeviction``."""
REDIS_CACHE_URL = env.str("REDIS_CACHE_URL", default="redis://127.0.0.1:6391")
"""Keeps what can be made again, timelines and rendered posts: ``allkeys-lru``, ``zset-max-listpack-entries 256``."""
REDIS_TIMEOUT = env.float("REDIS_TIMEOUT", default=0.2)


def _redis(url: str, database: int, *, ignore_errors: bool) -> dict[str, object]:
    options = {
        "REDIS_CLIENT_CLASS": "apps.core.backends.redis.Redis",
        "IGNORE_EXCEPTIONS": ignore_errors,
        "SOCKET_TIMEOUT": REDIS_TIMEOUT,
        "SOCKET_CONNECT_TIMEOUT": REDIS_TIMEOUT,
    }
    return {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": f"{url}/{database}", "OPTIONS": options}


# A database each, because to clear a cache is to flush its database.
CACHES = {
    "default": _redis(REDIS_URL, 1, ignore_errors=True),  # "ratelimit" by the name under which django-allauth counts
    "fragments": _redis(REDIS_CACHE_URL, 1, ignore_errors=True),
    "sessions": _redis(REDIS_URL, 0, ignore_errors=False),  # away means 503, not "nobody is logged in"
    "ratelimit": _redis(REDIS_URL, 1, ignore_errors=True),
    "locks": _redis(REDIS_URL, 2, ignore_errors=False),
    "process": CACHES["process"],
}
TIMELINES = {
    "BACKEND": "apps.timelines.backends.redis.Timelines",
    "OPTIONS": {"URL": f"{REDIS_CACHE_URL}/2", "CAP": 200, "TIMEOUT": REDIS_TIMEOUT},
}
SESSION_ENGINE = "apps.accounts.sessions"
PUSH_LIMIT = 10_000
SILENCED_SYSTEM_CHECKS = []

CELERY_BROKER_URL = f"{REDIS_URL}/3"
CELERY_TASK_ALWAYS_EAGER = env.bool("CELERY_EAGER", default=False)
# Nobody waits for a queue that is away: the sweeper finds what it did not take.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": REDIS_TIMEOUT,
    "socket_connect_timeout": REDIS_TIMEOUT,
    "max_retries": 0,  # or kombu waits for some seconds before it says so
}
# Workers take from each in turn: chunks of large fan-outs do not delay small posts, nor a backlog the sweeper.
CELERY_TASK_QUEUES: dict[str, dict[str, object]] = {
    name: {"exchange": name, "routing_key": name} for name in ("celery", "large", "upkeep")
}
CELERY_TASK_ROUTES = {
    "apps.journal.tasks.sweep": {"queue": "upkeep"},
    "apps.journal.tasks.tidy": {"queue": "upkeep"},
    "apps.timelines.tasks.*": {"queue": "large"},
}
CELERY_TASK_ACKS_LATE = True  # a job whose worker dies is not lost; it may come twice, which is harmless
CELERY_WORKER_PREFETCH_MULTIPLIER = 4
_AGAIN = {"retry": True, "retry_policy": {"max_retries": 1, "interval_start": 0}}  # else a clock never reconnects
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "apps.journal.tasks.sweep", "schedule": 3.0, "options": {"expires": 3.0, **_AGAIN}},
    "tidy": {"task": "apps.journal.tasks.tidy", "schedule": 3600.0, "options": {"expires": 600.0, **_AGAIN}},
}
SWEEPER_THREAD = False
