"""The WSGI application; where there is no worker, the sweeper runs in a thread of it."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings.kitten")
application = get_wsgi_application()

if settings.SWEEPER_THREAD:
    from apps.journal.sweeper import Sweeper

    Sweeper().start()
