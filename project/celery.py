"""The Celery application: tasks are eager until a tier's settings name a broker."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_ready

from . import redis_queue

redis_queue.install()
app = Celery("prowl")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect
def _say_that_a_worker_is_here(**_: Any) -> None:
    from apps.tiers.presence import WORKER, Presence

    Presence(WORKER, parent=os.getpid()).start()
