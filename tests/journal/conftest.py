"""A small world for the journal's own tests: one projected table and stages that the test controls."""

from uuid import UUID

import pytest

from apps.core.expressions import Const, raised
from apps.core.folds import RowFold
from apps.journal import clock, projection
from apps.journal.activities import Activity
from apps.journal.backends.orm.models import WatermarkRow


class World:
    """``seen`` lists the stages that ran; a stage named in ``broken`` raises."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, UUID]] = []
        self.broken: set[str] = set()

    def run(self, name: str, activity: Activity) -> None:
        if name in self.broken:
            raise RuntimeError(f"{name} is broken")
        self.seen.append((name, activity.id))


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    for name in ("_rows", "_stages", "_stages_of", "_tables"):
        monkeypatch.setattr(projection, name, {})
    monkeypatch.setattr(projection, "_inline", set())
    monkeypatch.setattr(clock, "_measured", None)
    world = World()

    @projection.row_projector("Like")
    def project(activity: Activity) -> list[RowFold]:
        world.run("row", activity)
        return [RowFold(WatermarkRow, activity.object_id, {"moment": raised("moment", activity.id)})]

    @projection.row_projector("Block")
    def reset(activity: Activity) -> list[RowFold]:
        return [RowFold(WatermarkRow, activity.object_id, {"moment": Const(activity.object_id)})]

    for stage, inline in (("own", True), ("count", False), ("fanout", False)):
        projection.stage(stage, "Like", inline=inline)(
            lambda activities, *, now, s=stage: [world.run(s, activity) for activity in activities]
        )
    projection.register_projected(WatermarkRow, people=("id",))
    return world
