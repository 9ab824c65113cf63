"""What comes from outside: the environment, and a private ``.env`` beside manage.py for development."""

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = BASE_DIR / "var"

env = environ.Env()
env.read_env(BASE_DIR / ".env", overwrite=False)

SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
IS_PUBLIC = SITE_URL.startswith("https://")
"""The one knob for production: an https SITE_URL turns on redirects, HSTS and secure cookies. Loopback http is
development."""

_LEAST = 40


def secret() -> str:
    """Return the secret; refuse to start without one, or with one that anybody could guess."""
    value = env.str("SECRET_KEY", default="")
    if len(value) < _LEAST or value.startswith("change-me"):
        raise ImproperlyConfigured(
            f"SECRET_KEY is {'not set' if not value else 'too easy to guess'}. Set it in the environment or in .env to at least"
            f" {_LEAST} random characters, as `python -c 'import secrets; print(secrets.token_urlsafe(50))'` prints them;"
            " `make run` does it by itself."
        )
    return value
