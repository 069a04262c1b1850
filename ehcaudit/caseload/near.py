"""Keys of statements × plans → which plans share one, in memory that ends at 40 MB however many plans there are.

Up to ``ENTRIES`` keys are kept as they are. Of more only two bits each are kept, which say whether a key came once or
again; the plans are then gone through once more for those that did. What comes out is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ehcaudit.caseload.index import Index

ENTRIES = 4_000_000
"""Keys that are kept as they are, eight bytes each: those of a county of 20,000 plans."""
_BITS = 27
"""Bits of a key that choose its place; of 20 million keys one in eight shares its place with another."""


class NearKeys:
    """The keys of one plan after the other."""

    def __init__(self) -> None:
        self._index: Index | None = Index()
        self._entries = 0
        self._once = self._again = bytearray()

    def add(self, keys: Sequence[int], plan: int) -> None:
        """Enter a plan's keys."""
        if self._index is not None:
            for key in keys:
                self._index.add(key, plan)
            self._entries += len(keys)
            if self._entries > ENTRIES:
                self._shrink(self._index)
            return
        self._mark(set(keys))

    def shared(self, counted: bytearray, keys_of: Callable[[int], Iterable[int]]) -> list[tuple[int, list[int]]]:
        """The keys that two plans or more have of those that count, as ``Index.tell`` gives them, each with its plans.

        ``counted`` says of each plan's number with 1 or 0 whether it counts, ``keys_of`` gives a plan's keys again.
        """
        index = self._index
        if index is None:
            index = Index()
            for plan in range(len(counted)):
                if counted[plan]:
                    for key in keys_of(plan):
                        place, bit = _place(key)
                        if self._again[place] & bit:
                            index.add(key, plan)
        return list(index.common(counted))

    def _shrink(self, index: Index) -> None:
        self._once, self._again = bytearray(1 << _BITS - 3), bytearray(1 << _BITS - 3)
        for wording in index.told():
            # What is left of a key there has all the bits that choose its place.
            self._mark((wording << 14,))
        self._index = None

    def _mark(self, keys: Iterable[int]) -> None:
        once, again = self._once, self._again
        for key in keys:
            place, bit = _place(key)
            if once[place] & bit:
                again[place] |= bit
            else:
                once[place] |= bit


def _place(key: int) -> tuple[int, int]:
    place = key >> 64 - _BITS
    return place >> 3, 1 << (place & 7)
