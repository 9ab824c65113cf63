from django.apps import AppConfig


class TiersConfig(AppConfig):
    name = "apps.tiers"
    label = "tiers"

    def ready(self) -> None:
        from . import scaling  # noqa: F401
