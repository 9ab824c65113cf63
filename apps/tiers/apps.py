from django.apps import AppConfig


class TiersConfig(AppConfig):
    name = "apps.tiers"
    label = "tiers"

    def ready(self) -> None:
        from . import history, scaling  # noqa: F401 - whoever sweeps takes samples
