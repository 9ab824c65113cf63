from django.apps import AppConfig


class PostsConfig(AppConfig):
    name = "apps.posts"
    label = "posts"

    def ready(self) -> None:
        from . import counting, erasure, projectors, rebuilding, stages  # noqa: F401
