"""gunicorn for the tiers that keep sessions in memory: one process with threads, and an explanation for more."""

import os
import sys

wsgi_app = "project.wsgi"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "1"))  # more are refused below, whoever asks for them
threads = 15
max_requests = 0  # a restarted worker would forget every session
accesslog = None  # django-structlog logs each request, with its id
control_socket_disable = True  # it would lie in the home folder


def on_starting(server) -> None:  # type: ignore[no-untyped-def]
    if server.cfg.workers > 1:
        sys.exit(
            f"{server.cfg.workers} workers: this tier keeps sessions and limits in the memory of one process, so people would"
            " be logged out at random. Use one worker with more threads, or move to cheetah, whose sessions are in Redis."
        )
