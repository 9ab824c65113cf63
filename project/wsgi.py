"""The WSGI application; where there is no worker, the sweeper runs in a thread of it."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from project.guard import Application, one_process_only

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings.kitten")
application: Application = get_wsgi_application()

from apps.tiers.presence import WEB, Presence  # noqa: E402 - Django is set up by now

if "locmem" in str(settings.CACHES[settings.SESSION_CACHE_ALIAS]["BACKEND"]):
    application = one_process_only(application)

if settings.SWEEPER_THREAD:
    from apps.journal.sweeper import Sweeper

    Sweeper().start()

Presence(WEB).start()
