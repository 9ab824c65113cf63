from django.apps import AppConfig


class TimelinesConfig(AppConfig):
    name = "apps.timelines"
    label = "timelines"

    def ready(self) -> None:
        from . import checks, early, stages, upkeep  # noqa: F401
