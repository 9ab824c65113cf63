"""Provisional; the scaffold replaces this."""
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = "provisional-development-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz"
DEBUG = False
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = [
    "django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
    "django.contrib.messages", "django.contrib.staticfiles", "allauth", "allauth.account",
] + [f"apps.{a}" for a in ("core", "journal", "accounts", "graph", "posts", "timelines", "tiers", "web") if (BASE_DIR / "apps" / a / "apps.py").exists()]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware", "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware", "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware", "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware", "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "project.urls"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "OPTIONS": {"context_processors": [
    "django.template.context_processors.request", "django.contrib.auth.context_processors.auth", "django.contrib.messages.context_processors.messages"]}}]
AUTH_USER_MODEL = "accounts.User"
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
SITE_URL = "http://127.0.0.1:8000"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {a: {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": a, "OPTIONS": {"MAX_ENTRIES": 100_000}} for a in ("default", "sessions", "ratelimit", "fragments")}
SESSION_ENGINE = "django.contrib.sessions.backends.cache"
SESSION_CACHE_ALIAS = "sessions"
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = False
JOURNAL = {"BACKEND": "apps.journal.backends.orm.Journal", "OPTIONS": {}}
JOURNAL_ATTEMPTS = 5
TIMELINES = {"BACKEND": "apps.timelines.backends.orm.Timelines", "OPTIONS": {"CAP": 200}}
FOLLOW_LIMIT = 5000
PUSH_LIMIT = 10_000
POST_LENGTH = 500
READ_ONLY = False
