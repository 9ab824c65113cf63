"""Why a post was not taken: each names the value and what to do."""

from uuid import UUID

from apps.core.errors import NotFound, Refused


class TextRefused(Refused):
    def __init__(self, message: str) -> None:
        super().__init__(message, field="text")


class AudienceRefused(Refused):
    def __init__(self, message: str) -> None:
        super().__init__(message, field="audience")


class PostNotFound(NotFound):
    """There is no such post, or the person may not see it: both look the same."""

    def __init__(self, post_id: UUID) -> None:
        super().__init__(f"There is no post {post_id}, or it is not for you. It may have been deleted by its author.")


class NotYours(PostNotFound):
    """Somebody else wrote it."""
