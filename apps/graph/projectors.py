"""The fold of a pair: every activity raises its own register, and the state follows from all of them.

``end(a→b)`` = max(undo, reject, block and unblock in either direction); following = granted > end and no block in force.
Who follows oneself has no row.
"""

from collections.abc import Iterator, Mapping
from uuid import UUID

from apps.core.expressions import Expr, Not, Old, all_of, any_of, expr, greatest, gt, raised, when
from apps.core.folds import RowFold
from apps.core.ids import key_of
from apps.journal.activities import Activity, Verb
from apps.journal.projection import register_projected, row_projector

from .models import Pair
from .values import moment_from

register_projected(Pair)

REGISTERS = ("follow", "accept", "granted", "undo", "reject", "block", "unblock", "mute", "unmute")
_UNDONE = {Verb.FOLLOW: "undo", Verb.BLOCK: "unblock", Verb.MUTE: "unmute"}


def pair_key(one: UUID, other: UUID) -> UUID:
    """Return the key of the row of two people, in either order."""
    return key_of(min(one, other), max(one, other))


@row_projector(Verb.FOLLOW)
def project_follow(activity: Activity) -> Iterator[RowFold]:
    """Projects ``{"approved": bool}``: whether the followed person needs to approve was decided at acceptance."""
    raises = {"follow": activity.id}
    if activity.payload.get("approved"):
        raises["granted"] = activity.id
    yield from _fold(activity, raises)


@row_projector(Verb.ACCEPT)
def project_accept(activity: Activity) -> Iterator[RowFold]:
    """Projects ``{"follow": id}``: the Follow that is granted, which may come later than this."""
    raises = {"accept": activity.id, "granted": UUID(activity.payload["follow"])}
    yield from _fold(activity, raises, backwards=True)


@row_projector(Verb.REJECT)
def project_reject(activity: Activity) -> Iterator[RowFold]:
    """Refuses a request, or removes a follower."""
    yield from _fold(activity, {"reject": activity.id}, backwards=True)


@row_projector(Verb.BLOCK)
def project_block(activity: Activity) -> Iterator[RowFold]:
    yield from _fold(activity, {"block": activity.id})


@row_projector(Verb.MUTE)
def project_mute(activity: Activity) -> Iterator[RowFold]:
    """Projects ``{"until": moment or None}``; the end hangs on the newest mute."""
    yield from _fold(activity, {"mute": activity.id})


@row_projector(Verb.UNDO)
def project_undo(activity: Activity) -> Iterator[RowFold]:
    register = _UNDONE.get(activity.payload.get("of"))  # type: ignore[arg-type]
    if register:
        yield from _fold(activity, {register: activity.id})


def _fold(activity: Activity, raises: Mapping[str, UUID], *, backwards: bool = False) -> Iterator[RowFold]:
    """Yield the fold that raises registers of the direction actor → object, or of the opposite one if ``backwards``."""
    one, other = activity.actor_id, activity.object_id
    if one == other:
        return
    low, high = min(one, other), max(one, other)
    side = "a" if (one == low) != backwards else "b"
    new = {f"{side}_{register}": raised(f"{side}_{register}", id) for register, id in raises.items()}
    values = {"low": expr(low), "high": expr(high)} | state(new)
    if activity.verb == Verb.MUTE:
        until = moment_from(activity.payload.get("until"))
        values[f"{side}_mute_until"] = when(gt(activity.id, Old(f"{side}_mute")), until, Old(f"{side}_mute_until"))
    yield RowFold(Pair, pair_key(one, other), values | new)


def state(new: Mapping[str, Expr]) -> dict[str, Expr]:
    """Return the derived columns, over the row as it is once ``new`` registers are in it."""

    def at(name: str) -> Expr:
        return new.get(name, Old(name))

    blocked = {side: gt(at(f"{side}_block"), at(f"{side}_unblock")) for side in "ab"}
    cuts = [at(f"{side}_{register}") for side in "ab" for register in ("block", "unblock")]
    derived: dict[str, Expr] = {}
    for side in "ab":
        end = greatest(at(f"{side}_undo"), at(f"{side}_reject"), *cuts)
        free = Not(any_of(*blocked.values()))
        following = all_of(gt(at(f"{side}_granted"), end), free)
        derived[f"{side}_following"] = following
        derived[f"{side}_requested"] = all_of(gt(at(f"{side}_follow"), end), Not(following), free)
        derived[f"{side}_blocked"] = blocked[side]
        derived[f"{side}_muted"] = gt(at(f"{side}_mute"), at(f"{side}_unmute"))
    return derived
