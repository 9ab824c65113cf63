"""The tables of posts. Rows are written by folds (see ``projectors``) and, for tags, by their resync stage only."""

from django.db import models

from apps.core.fields import DataField, IdField, IdListField, RefField

from .values import Audience


class Post(models.Model):
    """A post or a repost, keyed by publication. ``reposted`` is ``NIL`` for a post.

    ``created`` … ``shown`` are registers, the rest hangs on them; ``standing``, ``listed`` and ``version`` are derived.
    A deleted row keeps ids only: where it stands in feeds and threads, and nothing that anybody typed.
    """

    id = IdField()
    author = RefField()
    created = RefField()
    updated = RefField()
    deleted = RefField()
    hidden = RefField()
    shown = RefField()
    version = RefField()
    standing = models.BooleanField(default=False)
    listed = models.BooleanField(default=False)
    audience = models.SmallIntegerField(default=Audience.PUBLIC.value)
    direct = models.BooleanField(default=False)
    named = IdListField()
    mentions = IdListField()
    parent = RefField()
    thread = RefField()
    person = RefField()
    reposted = RefField()
    reposted_author = RefField()
    pushed = models.BooleanField(default=True)
    imported = models.BooleanField(default=False)
    source = models.TextField(default="", blank=True)
    lang = models.CharField(max_length=35, default="", blank=True)
    tags = DataField(default=list)
    text = models.TextField(default="", blank=True)

    class Meta:
        db_table = "posts_post"
        indexes = (
            models.Index(fields=["author", "id"], name="posts_post_author"),
            models.Index(fields=["author", "pushed", "id"], name="posts_post_pushed"),
            models.Index(fields=["listed", "id"], name="posts_post_listed"),
            models.Index(fields=["thread", "id"], name="posts_post_thread"),
            models.Index(fields=["author", "standing", "reposted"], name="posts_post_count"),
            models.Index(fields=["parent", "standing"], name="posts_post_replies"),
            models.Index(fields=["reposted", "standing", "author"], name="posts_post_reposts"),
        )

    def __str__(self) -> str:
        return str(self.id)


class Like(models.Model):
    """That a person likes a post, or did. Keyed by both."""

    id = IdField()
    actor = RefField()
    object = RefField()
    like = RefField()
    undo = RefField()
    standing = models.BooleanField(default=False)

    class Meta:
        db_table = "posts_like"
        indexes = (
            models.Index(fields=["object", "standing"], name="posts_like_object"),
            models.Index(fields=["actor", "standing"], name="posts_like_actor"),
        )

    def __str__(self) -> str:
        return f"{self.actor} likes {self.object}"


class MergeAuthor(models.Model):
    """That an author has posts which are merged at reading instead of pushed. ``first`` is the first acceptance."""

    id = IdField()
    first = RefField()

    class Meta:
        db_table = "posts_merge_author"

    def __str__(self) -> str:
        return str(self.id)


class Tagging(models.Model):
    """That a public post bears a tag; an index of ``Post.tags``, which reading checks. Keyed by both."""

    id = IdField()
    tag = models.CharField(max_length=100)
    post = RefField(db_index=True)

    class Meta:
        db_table = "posts_tagging"
        indexes = (models.Index(fields=["tag", "post"], name="posts_tagging_tag"),)

    def __str__(self) -> str:
        return f"#{self.tag} {self.post}"
