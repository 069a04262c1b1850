"""Faults of plans → the commonest of each group, with every count that could point at a child left out."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from ehcaudit.caseload.trace import Trace
from ehcaudit.caseload.values import Group, GroupFault

SHOWN = 10
"""Faults of a group."""
PARTS = ("key stage", "status", "writer")
"""Each plan has one value of these, so that the groups add up to all plans."""
ORDER = ("theme", "section", "area", "key stage", "status", "writer", "adviser")


class Faults:
    """The faults of many plans as numbers of two bytes each, while two are enough."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str, str], int] = {}

    def cells(self, trace: Trace) -> array[int]:
        """The groups of a plan, and those in which a rule is not met, as numbers that ``commonest`` counts."""
        found = {("all", "", ""): None}
        for dimension, values in trace.values.items():
            found.update(dict.fromkeys((dimension, value, "") for value in values))
        for rule, places in trace.faults.items():
            found["all", "", rule] = None
            for dimension, values in places.items():
                found.update(dict.fromkeys((dimension, value, rule) for value in values))
            for dimension in PARTS:
                found.update(dict.fromkeys((dimension, value, rule) for value in trace.values.get(dimension, ())))
        numbers = self._numbers
        cells = [numbers.setdefault(cell, len(numbers)) for cell in found]
        return array("H" if len(numbers) < 1 << 16 else "I", cells)

    def commonest(self, plans: Iterable[array[int]], smallest: int) -> tuple[Group, ...]:
        """The groups of ``smallest`` plans or more, each with its commonest faults that as many plans have."""
        counts: Counter[int] = Counter()
        for cells in plans:
            counts.update(cells)
        tables: dict[str, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
        for (dimension, value, rule), number in self._numbers.items():
            if counts[number]:
                tables[dimension][value][rule] = counts[number]
        everything = tables.pop("all", {}).get("", {})
        whole = everything.pop("", 0)
        for rule, count in everything.items():
            theme = tables["theme"].setdefault(rule.partition("/")[0], {"": whole})
            theme[rule] = count
        groups = []
        for dimension in sorted(tables, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name)):
            table = {value: row for value, row in tables[dimension].items() if row.get("")}
            sizes = {value: row[""] for value, row in table.items()}
            parts = dimension in PARTS
            for value in sorted(shown := told(sizes, smallest, parts=parts)):
                rules = {rule for row in table.values() for rule in row if rule}
                told_of = {
                    rule: told({v: row.get(rule, 0) for v, row in table.items()}, smallest, parts=parts)
                    for rule in rules
                }
                faults = [
                    GroupFault(rule, counts_of[value], counts_of[value] / shown[value])
                    for rule, counts_of in told_of.items()
                    if counts_of.get(value)
                ]
                faults.sort(key=lambda fault: (-fault.children, fault.rule))
                groups.append(Group(dimension, value, shown[value], tuple(faults[:SHOWN])))
        return tuple(groups)


def told(counts: Mapping[str, int], smallest: int, *, parts: bool) -> dict[str, int]:
    """The counts that may be shown: those of ``smallest`` or more.

    Where they are ``parts`` of a total that is known, what is left out could be told from the others by subtraction;
    where that would be a small number, the smallest of the others goes too (secondary suppression).
    """
    kept = {value: count for value, count in counts.items() if count >= smallest}
    hidden = [count for count in counts.values() if 0 < count < smallest]
    if parts and kept and 0 < sum(hidden) < smallest:
        del kept[min(kept, key=lambda value: (kept[value], value))]
    return kept
