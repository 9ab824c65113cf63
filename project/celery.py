"""The Celery application: tasks are eager until a tier's settings name a broker."""

from celery import Celery

app = Celery("prowl")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
