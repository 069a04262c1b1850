"""The table of faults, and what all that plant them share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plan_builder.generate import Draft

Planted = dict[str, Any]
Planter = Callable[["Draft"], str | None]
"""Changes a draft and gives the words to be quoted ("" where something is missing); None where it cannot be planted."""
TABLE: dict[str, Planter] = {}


def planter(rule: str) -> Callable[[Planter], Planter]:
    """Enter a function into the table."""

    def enter(function: Planter) -> Planter:
        TABLE[rule] = function
        return function

    return enter


def without(draft: Draft, key: str, test: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
    """Take entries out of a list of the draft; those that went."""
    gone = [item for item in draft.data[key] if test(item)]
    draft.data[key] = [item for item in draft.data[key] if not test(item)]
    return gone


def drop_parts(draft: Draft, *keys: str) -> list[dict[str, Any]]:
    """Take parts of section A out; those that went."""
    gone = [draft.parts[key] for key in keys]
    return without(draft, "A", lambda part: any(part is one for one in gone))


def renumber(draft: Draft, gone: Callable[[dict[str, Any]], bool]) -> None:
    """Take outcomes out and number the links of the provision anew."""
    old = draft.data["outcomes"]
    kept = [n for n, outcome in enumerate(old, 1) if not gone(outcome)]
    draft.data["outcomes"] = [old[n - 1] for n in kept]
    new = {n: count for count, n in enumerate(kept, 1)}
    for provision in draft.data["provisions"]:
        provision["outcomes"] = [new[n] for n in provision["outcomes"] if n in new]
