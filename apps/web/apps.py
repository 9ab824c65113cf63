from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "apps.web"
    label = "web"

    def ready(self) -> None:
        from . import shared  # noqa: F401 - workers purge as well, and import no views
