from django.apps import AppConfig


class GraphConfig(AppConfig):
    name = "apps.graph"
    label = "graph"

    def ready(self) -> None:
        from . import erasure, projectors, stages  # noqa: F401
