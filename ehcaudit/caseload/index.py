"""Hashes of wording × plans: eight bytes for each passage of each plan, and how many plans have it at any time."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator

_BUCKETS = 10
"""Bits of the hash that choose the bucket."""
_PLAN = 24
"""Bits of an entry that hold the plan's number; the other 40 hold the next bits of the hash."""
_MASK = (1 << _PLAN) - 1


class Index:
    """Which plans have which wording, in sorted arrays. Fifty bits of a hash tell two wordings apart: of 25 million,
    two are taken for one with a chance of one in four."""

    def __init__(self) -> None:
        self._buckets = [array("Q") for _ in range(1 << _BUCKETS)]

    def add(self, wording: int, plan: int) -> bool:
        """Enter a wording for a plan, once however often; says whether another plan has it as well."""
        bucket = self._buckets[wording >> 64 - _BUCKETS]
        key = wording >> 64 - _BUCKETS - 40 & (1 << 40) - 1
        entry = key << _PLAN | plan
        place = bisect_left(bucket, entry)
        if place == len(bucket) or bucket[place] != entry:
            bucket.insert(place, entry)
        return (place > 0 and bucket[place - 1] >> _PLAN == key) or (
            place + 1 < len(bucket) and bucket[place + 1] >> _PLAN == key
        )

    def plans(self, wording: int) -> list[int]:
        """The numbers of the plans that have a wording, ascending."""
        return list(self._entries(wording))

    def standing(self, counted: bytearray) -> tuple[int, int]:
        """How many wordings of plans there are, and how many of them stand in another plan too.

        ``counted`` says of each plan's number with 1 or 0 whether the plan counts.
        """
        whole = shared = 0
        for bucket in self._buckets:
            last, here = -1, 0
            for entry in bucket:
                if counted[entry & _MASK]:
                    key = entry >> _PLAN
                    if key != last:
                        whole, shared = whole + here, shared + (here if here > 1 else 0)
                        last, here = key, 0
                    here += 1
            whole, shared = whole + here, shared + (here if here > 1 else 0)
        return whole, shared

    def _entries(self, wording: int) -> Iterator[int]:
        bucket = self._buckets[wording >> 64 - _BUCKETS]
        key = wording >> 64 - _BUCKETS - 40 & (1 << 40) - 1
        for place in range(bisect_left(bucket, key << _PLAN), len(bucket)):
            if bucket[place] >> _PLAN != key:
                return
            yield bucket[place] & _MASK

    def groups(self) -> Iterator[tuple[int, list[int]]]:
        """Each wording, as ``tell`` gives it, with the numbers of its plans."""
        for number, bucket in enumerate(self._buckets):
            start = 0
            while start < len(bucket):
                key = bucket[start] >> _PLAN
                end = bisect_left(bucket, key + 1 << _PLAN, start)
                yield number << 40 | key, [entry & _MASK for entry in bucket[start:end]]
                start = end

    @staticmethod
    def tell(wording: int) -> int:
        """As much of a wording's hash as tells it here."""
        return wording >> 64 - _BUCKETS - 40
