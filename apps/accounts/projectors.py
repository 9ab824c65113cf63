"""The fold of a profile: the least Create, the newest Update over it, and staff's registers."""

from collections.abc import Iterator, Mapping
from typing import Any

from apps.core.expressions import Expr, Old, all_of, any_of, eq, gt, lowered, lt, raised, when
from apps.core.folds import RowFold
from apps.core.ids import NIL
from apps.journal.activities import STAFF, Activity, Verb
from apps.journal.projection import register_projected, row_projector

from .models import Profile

PERSON = "Person"
register_projected(Profile, people=("id",))


@row_projector(Verb.CREATE)
def project_create(activity: Activity) -> Iterator[RowFold]:
    """Projects ``{"type": "Person", "username", "display_name", "locked", …}`` of the person themself."""
    payload = activity.payload
    if payload.get("type") != PERSON or activity.actor_id != activity.object_id:
        return
    first = any_of(eq(Old("created"), NIL), lt(activity.id, Old("created")))
    unchanged = all_of(first, eq(Old("updated"), NIL))
    values: dict[str, Expr] = {"username": when(first, payload["username"], Old("username"))}
    values |= {name: when(unchanged, value, Old(name)) for name, value in _shown(payload).items()}
    yield RowFold(Profile, activity.object_id, values | {"created": lowered("created", activity.id)})


@row_projector(Verb.UPDATE)
def project_update(activity: Activity) -> Iterator[RowFold]:
    if activity.payload.get("type") != PERSON or activity.actor_id != activity.object_id:
        return
    newer = gt(activity.id, Old("updated"))
    values: dict[str, Expr] = {n: when(newer, v, Old(n)) for n, v in _shown(activity.payload).items()}
    yield RowFold(Profile, activity.object_id, values | {"updated": raised("updated", activity.id)})


@row_projector(Verb.SUSPEND, Verb.RESTORE)
def project_staff(activity: Activity) -> Iterator[RowFold]:
    if activity.actor_id != STAFF:
        return
    register = "suspended" if activity.verb == Verb.SUSPEND else "restored"
    new = {register: raised(register, activity.id)}
    suspended, restored = new.get("suspended", Old("suspended")), new.get("restored", Old("restored"))
    yield RowFold(Profile, activity.object_id, {"is_suspended": gt(suspended, restored), **new})


def _shown(payload: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "display_name": payload.get("display_name", ""),
        "bio": payload.get("bio", ""),
        "links": list(payload.get("links", ())),
        "locked": bool(payload.get("locked", False)),
    }
