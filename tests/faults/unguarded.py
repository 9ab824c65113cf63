"""The application without the guard that refuses several processes: to show what it guards from."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings.big_cat")
application = get_wsgi_application()
