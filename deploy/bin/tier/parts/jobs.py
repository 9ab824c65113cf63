"""Celery: workers for the jobs, and the clock that makes one of them sweep."""

from celery import Celery

from deploy.bin.tier.part import Part
from deploy.bin.tier.site import PYTHON, Site

_CELERY = [PYTHON, "-m", "celery", "--app", "project"]


def workers(site: Site) -> list[Part]:
    return [_worker(site, f"worker-{number}") for number in range(1, site.workers + 1)]


def _worker(site: Site, name: str) -> Part:
    command = [*_CELERY, "worker", "--hostname", f"{name}@prowl", "--concurrency", "2", "--loglevel", "warning"]
    broker = site.environ.get("CELERY_BROKER_URL") or f"{site.environ['REDIS_URL']}/3"

    def answers(part: Part) -> bool:
        with Celery(broker=broker, set_as_current=False) as app:  # else this process would send its own jobs there
            try:
                return bool(app.control.ping(destination=[f"{name}@prowl"], timeout=0.5))
            except app.connection_for_read().recoverable_connection_errors:
                return False

    return site.part(name, "worker", command, port=0, is_ready=answers)


def beat(site: Site) -> list[Part]:
    schedule = site.folder / "beat" / "schedule"
    command = [*_CELERY, "beat", "--schedule", schedule, "--pidfile", "", "--loglevel", "warning"]

    def has_begun(part: Part) -> bool:
        return any(schedule.parent.iterdir())

    return [site.part("beat", "beat", command, port=0, is_ready=has_begun, folders=[schedule.parent])]
