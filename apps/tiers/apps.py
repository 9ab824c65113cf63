from django.apps import AppConfig


class TiersConfig(AppConfig):
    name = "apps.tiers"
    label = "tiers"

    def ready(self) -> None:
        from . import databases, history, scaling  # noqa: F401 - whoever sweeps takes samples
