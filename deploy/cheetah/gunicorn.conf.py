"""gunicorn for the stateless tiers: several processes, each may die at any time, and any number of servers like it."""

import os

wsgi_app = "project.wsgi"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4
max_requests = 10_000  # nothing is lost with a process, so whatever leaks goes with it
max_requests_jitter = 1_000
graceful_timeout = 20
accesslog = None  # django-structlog logs each request, with its id
control_socket_disable = True  # it would lie in the home folder
