"""Sessions, limits and caches in the memory of one process: what makes kitten and big_cat stateful."""


def _in_memory(name: str, entries: int) -> dict[str, object]:
    backend = "django.core.cache.backends.locmem.LocMemCache"
    return {"BACKEND": backend, "LOCATION": name, "OPTIONS": {"MAX_ENTRIES": entries}}


# Each has its own alias, because locmem drops a third of all entries when it is full.
CACHES = {
    "default": _in_memory("ratelimit", 1_000_000),  # by this name django-allauth counts
    "sessions": _in_memory("sessions", 100_000),
    "ratelimit": _in_memory("ratelimit", 1_000_000),
    "fragments": _in_memory("fragments", 20_000),
    "locks": _in_memory("locks", 100),
    "process": _in_memory("process", 100_000),  # what may be a minute old; in each process's memory on every tier
}
SESSION_ENGINE = "django.contrib.sessions.backends.cache"
SESSION_CACHE_ALIAS = "sessions"
RATELIMIT_USE_CACHE = "ratelimit"
# One process counts right in its own memory; several would not, and check --tag scaling says so.
SILENCED_SYSTEM_CHECKS = ["django_ratelimit.E003", "django_ratelimit.W001"]
