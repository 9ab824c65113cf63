from django.apps import AppConfig


class TiersConfig(AppConfig):
    name = "apps.tiers"
    label = "tiers"

    def ready(self) -> None:
        from . import databases, exposed, history, scaling  # noqa: F401 - checks; whoever sweeps takes samples
