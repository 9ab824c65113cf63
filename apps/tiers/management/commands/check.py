"""Django's ``check``; with ``--tag scaling`` it also names the bottlenecks, which every other command would repeat."""

from typing import Any

from django.core.management.commands import check

from apps.tiers import scaling


class Command(check.Command):
    def handle(self, *app_labels: Any, **options: Any) -> None:
        if scaling.TAG in (options.get("tags") or ()):
            with scaling.asked():
                super().handle(*app_labels, **options)
        else:
            super().handle(*app_labels, **options)
