"""What all tiers share. A tier's module says only what differs."""

from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from .env import IS_PUBLIC, SITE_URL, VAR, env, secret
from .logs import logging_for

SECRET_KEY = secret()
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
"""What it was before: so nobody is logged out by a change of it."""
DEBUG = env.bool("DEBUG", default=False)
READ_ONLY = env.bool("READ_ONLY", default=False)
ALLOWED_HOSTS = [urlsplit(SITE_URL).hostname, *env.list("ALLOWED_HOSTS", default=[])]
if not IS_PUBLIC:
    ALLOWED_HOSTS += ["127.0.0.1", "localhost", "[::1]"]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "apps.web",  # before allauth, so that its templates are ours
    "allauth",
    "allauth.account",
    "csp",
    "django_structlog",
    "health_check",
    "apps.core",
    "apps.journal",
    "apps.accounts",
    "apps.graph",
    "apps.posts",
    "apps.timelines",
    "apps.tiers",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "apps.tiers.measuring.Measured",
    "csp.middleware.CSPMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "apps.web.read_only.RefuseWrites",
]

ROOT_URLCONF = "project.urls"
WSGI_APPLICATION = "project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "apps.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # an open session alone leads no link for a new password elsewhere
ACCOUNT_PREVENT_ENUMERATION = "strict"  # signing up tells nobody which addresses are known
ACCOUNT_EMAIL_NOTIFICATIONS = True  # of a changed password or address
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True  # or who has used up their tries would have to wait all the same
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": None, "signup": None}  # RATE_LIMITS has them

# Where mail is handed in; without EMAIL_URL, in development what would be sent is shown in the log.
globals().update(env.email_url("EMAIL_URL", default="smtp://127.0.0.1:25" if IS_PUBLIC else "consolemail://"))
EMAIL_TIMEOUT = 10  # seconds that somebody waits for it
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=f"Prowl <prowl@{ALLOWED_HOSTS[0]}>")

LANGUAGE_CODE = "en"
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
SITE_NAME = env.str("SITE_NAME", default="Prowl")
USE_TZ = True
USE_I18N = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = "/static/"
STATIC_ROOT = env.str("STATIC_ROOT", default=str(VAR / "static"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Nothing but this site's own files, on every page: no inline script or style, no third party.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_PUBLIC
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_PUBLIC else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_PUBLIC
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [SITE_URL]
CSRF_FAILURE_VIEW = "apps.web.views.errors.csrf_failure"

JOURNAL = {"BACKEND": "apps.journal.backends.orm.Journal", "OPTIONS": {}}
JOURNAL_ATTEMPTS = 5
TIMELINES = {"BACKEND": "apps.timelines.backends.orm.Timelines", "OPTIONS": {"CAP": 200}}
SWEEPER_THREAD = True
RATE_LIMITS = {
    "sign-up": "10/h",  # an address
    "log-in": "30/5m",  # an address
    "log-in as one": "10/5m",  # an address and a name
    "log-ins as one": "100/d",  # a name, wherever from: above it the next in place of the one before
    "log-in as one, slowly": "5/h",  # an address and a name
    "post": "30/5m",  # a person, from here on
    "follow": "200/h",
    "repost": "60/h",
    "act": "300/5m",  # whatever else one does to posts and people
}
RATE_LIMITS_CLOSED = ("sign-up", "log-in", "log-in as one", "log-ins as one", "log-in as one, slowly")
"""What is refused while the counts can't be kept; the rest goes on unlimited."""
TRUSTED_PROXIES = env.list(
    "TRUSTED_PROXIES", default=["127.0.0.0/8", "::1/128"] if env.bool("BEHIND_PROXY", default=False) else []
)
"""Networks of the proxies in front, which overwrite X-Real-IP."""
PURGE_URLS = env.list("PURGE_URLS", default=[])
"""Where caches in front take purges, such as http://127.0.0.1:6082."""
FOLLOW_LIMIT = 5_000
PUSH_LIMIT = 10_000
POST_LENGTH = 500

CELERY_BROKER_URL = "memory://"  # never used while tasks are eager
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = False
DJANGO_STRUCTLOG_USER_ID_FIELD = ""  # web.viewer tells the logs who it is: the middleware would ask for the account
HEALTH_TOKEN = env.str("HEALTH_TOKEN", default="")
"""Shows metrics and what is unwell to others than this machine itself, as ``Authorization: Bearer …``."""
PROBE_SECONDS = env.float("PROBE_SECONDS", default=0.25)
"""So long /tier/ waits for any part; they are asked side by side."""
PROBES = {
    **dict.fromkeys(("sqlite", "postgresql", "mysql"), "apps.tiers.backends.sql.probe"),
    **dict.fromkeys(("redis", "rediss"), "apps.tiers.backends.redis.probe"),
    "mongodb": "apps.tiers.backends.mongodb.probe",
    "cassandra": "apps.tiers.backends.cassandra.probe",
    "http": "apps.tiers.backends.varnish.probe",
    "queue": "apps.tiers.backends.queue.probe",
}
"""Who asks which kind of server how it is, by the scheme of its address; any broker through Celery."""
LOGGING = logging_for(as_json=IS_PUBLIC)
