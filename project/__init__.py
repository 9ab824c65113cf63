"""How the apps are put together. Importing it makes the Celery application known, as ``shared_task`` needs."""

from .celery import app as celery_app

__all__ = ["celery_app"]
