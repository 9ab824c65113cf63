"""One short module per tier; importing any makes the Celery application known, as ``shared_task`` needs."""

from project import celery_app as celery_app
