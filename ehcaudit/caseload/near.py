"""Keys of statements, one plan after the other → which came again, in 32 MB however many there are."""

from __future__ import annotations

from collections.abc import Iterable

_BITS = 27
"""Bits of a key that choose its place; of 20 million keys one in eight shares its place with another."""


class NearKeys:
    """Two bits for each key: whether it came once, and again. Another key may have the same place, so that "again" is a
    reason to look, and no more."""

    def __init__(self) -> None:
        self._once, self._again = bytearray(1 << _BITS - 3), bytearray(1 << _BITS - 3)

    def add(self, keys: Iterable[int]) -> None:
        """Enter a plan's keys; one that the plan has twice comes once."""
        once, again = self._once, self._again
        for key in set(keys):
            place = key >> 64 - _BITS
            bit = 1 << (place & 7)
            if once[place >> 3] & bit:
                again[place >> 3] |= bit
            else:
                once[place >> 3] |= bit

    def came_again(self, key: int) -> bool:
        """Whether it may have."""
        place = key >> 64 - _BITS
        return bool(self._again[place >> 3] & 1 << (place & 7))
