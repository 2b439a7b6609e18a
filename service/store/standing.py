"""What decisions amount to, after any of them: for the desk, for history, and for a second reading.

The views say the same of the first reading as it is now; a test holds both together.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from service.store.tables import Decision

TagKey = tuple[str, str]
"""Code and stance of a tag; the stance is "" for an instrument."""


@dataclass(slots=True)
class Standing:
    """What stands on an answer.

    Attributes:
        tags: accepted or added, each with the decision that did it.
        rejected: with the decision that did it; a tag that was put in another stance is in neither.
        restanced: tags that are in another stance now, with the decision that did it.
        states: codes of States added (True) or removed (False).
        done: the decision by which the answer is done, or None.
        numbers: of the decisions that stand, in order; an undo would take back the last.
    """

    tags: dict[TagKey, Decision] = field(default_factory=dict)
    rejected: dict[TagKey, Decision] = field(default_factory=dict)
    restanced: dict[TagKey, Decision] = field(default_factory=dict)
    states: dict[str, bool] = field(default_factory=dict)
    done: Decision | None = None
    numbers: list[int] = field(default_factory=list)


def standing(decisions: Iterable[Decision], upto: int | None = None) -> Standing:
    """Add decisions up.

    Args:
        decisions: on one answer, in one reading, in order.
        upto: number of the last one that counts; all do where it is None.
    """
    counted = [each for each in decisions if upto is None or each.number <= upto]
    undone = {each.undoes for each in counted if each.act == "undo"}
    found = Standing()
    for decision in counted:
        if decision.act != "undo" and decision.id not in undone:
            _add(found, decision)
    return found


def standing_notes(decisions: Iterable[Decision], found: Standing) -> list[tuple[str, str]]:
    """What people wrote and nobody took back, in order: each person's name and note, each once."""
    noted = (each for each in decisions if each.number in found.numbers)
    return list(dict.fromkeys((each.person, each.note) for each in noted if each.note))


def _add(found: Standing, decision: Decision) -> None:
    found.numbers.append(decision.number)
    key = decision.code, decision.stance
    match decision.act:
        case "accept" | "add":
            _put(found, key, decision)
        case "reject":
            _drop(found, key)
            found.rejected[key] = decision
        case "restance":
            _drop(found, key)
            found.restanced[key] = decision
            _put(found, (decision.code, decision.new_stance), decision)
        case "state-add" | "state-remove":
            found.states[decision.state] = decision.act == "state-add"
        case "done":
            found.done = decision
        case "reopen":
            found.done = None


def _put(found: Standing, key: TagKey, decision: Decision) -> None:
    _drop(found, key)
    found.tags[key] = decision


def _drop(found: Standing, key: TagKey) -> None:
    for each in (found.tags, found.rejected, found.restanced):
        each.pop(key, None)
