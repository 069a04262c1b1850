"""Text → a sketch of a few hundred bytes, from which the likeness of two texts can be told, and groups of like ones.

One-permutation MinHash (Li, Owen and Zhang, 2012) with optimal densification (Shrivastava, 2017), sixteen bits kept of
each minimum (Li and König, 2010): each shingle is hashed once, however large the sketch. Likeness is the Jaccard
similarity of the two texts' shingles; 256 places tell it to about 3 in 100. Groups are found by banding (Leskovec,
Rajaraman and Ullman, Mining of Massive Datasets, 3.4), and each pair is then checked.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from operator import eq
from typing import Any, TypeVar
from zlib import crc32

PLACES = 256
"""Of a plan's sketch: 512 bytes."""
_LEADERS = 20
"""With how many unlike members of its bucket a text is compared."""
Key = TypeVar("Key", bound=Any)


def shingles(text: str, size: int = 5) -> set[int]:
    """A 32-bit hash for every run of ``size`` words; of a shorter text the whole of it. Case does not count."""
    words = text.lower().encode("utf-8", "surrogatepass").split()
    runs = zip(*(words[start:] for start in range(size)), strict=False) if len(words) >= size else [words]
    return set(map(crc32, map(b" ".join, runs))) if words else set()


def sketch(hashes: Iterable[int], places: int = PLACES) -> array[int]:
    """The smallest hash of each of ``places`` equal parts of their range, sixteen bits of it; empty for no hashes."""
    least: dict[int, int] = {}
    ordered = sorted(hashes)
    at, most = 0, len(ordered)
    while at < most:  # To the first of each part that has one: the parts are fewer than the hashes.
        place = ordered[at] * places >> 32
        least[place] = ordered[at]
        at = bisect_left(ordered, -(-(place + 1 << 32) // places), at + 1)
    if not least:
        return array("H")
    if len(least) == places:
        return array("H", [least[place] & 0xFFFF for place in range(places)])
    # Each empty place borrows from one that the same chance finds in every text.
    return array(
        "H",
        [
            least[place if place in least else next(filter(least.__contains__, _donors(place, places)))] & 0xFFFF
            for place in range(places)
        ],
    )


@cache
def _donors(place: int, places: int) -> tuple[int, ...]:
    """All places, in an order that chance gives to this one."""
    return tuple(sorted(range(places), key=lambda other: crc32(b"%d %d" % (place, other))))


def band_keys(hashes: Iterable[int], bands: int, rows: int) -> list[bytes]:
    """Short keys of a text, of which a text with nearly the same shingles has at least one as well: where eight in ten
    are the same, with a chance of three in four for two bands of three rows."""
    whole = sketch(hashes, bands * rows).tobytes()
    width = 2 * rows
    return [whole[start : start + width] for start in range(0, len(whole), width)]


def similarity(one: Sequence[int], other: Sequence[int]) -> float:
    """The estimated share of shingles that two texts have in common, 0 to 1, from sketches of one size."""
    return sum(map(eq, one, other)) / len(one) if one and len(one) == len(other) else 0.0


def jaccard(one: set[int], other: set[int]) -> float:
    """The exact share that two sets have in common; 0 where both are empty."""
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared) if shared else 0.0


class Sets:
    """Numbers in sets that grow together (union-find); the smallest number of a set stands for it."""

    def __init__(self) -> None:
        self._above: dict[int, int] = {}

    def find(self, number: int) -> int:
        """What stands for the set of this number."""
        root = number
        while (above := self._above.get(root, root)) != root:
            root = above
        while number != root:
            self._above[number], number = root, self._above.get(number, number)
        return root

    def join(self, one: int, other: int) -> None:
        """Make one set of two."""
        low, high = sorted((self.find(one), self.find(other)))
        if low != high:
            self._above[high] = low


def like(
    members: Sequence[Key],
    sketch_of: Callable[[Key], array[int]],
    *,
    rows: int,
    alike: Callable[[Key, Key], bool],
) -> list[list[Key]]:
    """Groups of two or more members that are alike, by chains of pairs; the same whatever order they are given in.

    ``members`` have an order of their own that makes this so. Two are compared only where ``rows`` neighbouring places
    of their sketches agree in full; one band is held in memory at a time.
    """
    members = sorted(members)
    sets = Sets()
    if not members:
        return []
    width = rows * 2
    length = max(len(sketch_of(member)) for member in members) * 2
    for start in range(0, length - width + 1, width):
        buckets: dict[bytes, list[int]] = {}
        for number, member in enumerate(members):
            whole = sketch_of(member).tobytes()
            if whole:
                buckets.setdefault(whole[start : start + width], []).append(number)
        for bucket in buckets.values():
            _join(bucket, sets, lambda one, other: alike(members[one], members[other]))
    groups: dict[int, list[Key]] = {}
    for number, member in enumerate(members):
        groups.setdefault(sets.find(number), []).append(member)
    return [group for group in groups.values() if len(group) > 1]


def _join(bucket: Sequence[int], sets: Sets, alike: Callable[[int, int], bool]) -> None:
    leaders: list[int] = []
    for number in bucket:
        for leader in leaders[:_LEADERS]:
            if sets.find(leader) == sets.find(number) or alike(leader, number):
                sets.join(leader, number)
                break
        else:
            leaders.append(number)
