"""The audits of one run that has a store, as a Sequence for its reports: opened as they are asked for."""

from __future__ import annotations

from array import array
from collections.abc import Callable

from ehcaudit.caseload import Trace
from ehcaudit.model import PlanAudit, Summary
from ehcaudit.shelf import Audits, Sealed, Shelf
from ehcaudit.store import Row, Store


class Kept(Audits):
    """The audits of a run that has a store: read from there, or from a shelf where the store keeps no words.

    A result is replaced in the store at the earliest by the next run on it, and that waits for this one.
    """

    def __init__(self, store: Store, method: int, again: Callable[[str, str], PlanAudit]) -> None:
        """``again(path, sha256)`` reads a file again whose words are nowhere kept; raises InputError."""
        super().__init__()
        self._store, self._method, self._again = store, method, again
        self.rows = array("q")
        """For each plan the number of its result."""
        self._shelf: Shelf | None = None
        self._shelved: dict[int, int] = {}

    def add(self, sealed: Sealed) -> None:
        """A new result: it is safe when this returns."""
        number = self._store.keep(self._method, sealed)
        if not self._store.words:
            self._shelf = self._shelf or Shelf()
            self._shelved[len(self.paths)] = len(self._shelf)
            self._shelf.add(sealed)
        self.paths.append(sealed.path)
        self.rows.append(number)

    def take(self, path: str, row: Row) -> None:
        """A result that the store had."""
        self._store.settle(self._method, path, row.id)
        self.paths.append(path)
        self.rows.append(row.id)

    def whole(self, number: int) -> PlanAudit:
        """One audit."""
        if self._shelf and number in self._shelved:
            return self._shelf.whole(self._shelved[number])
        path, row = self.paths[number], self.rows[number]
        kept = self._store.whole(row, path)
        return kept if kept is not None else self._again(path, self._store.summary(row, path).sha256)

    def summary(self, number: int) -> Summary:
        """One audit's summary."""
        return self._store.summary(self.rows[number], self.paths[number])

    def trace(self, number: int) -> Trace:
        """What a caseload compares of one."""
        return self._store.trace(self.rows[number], self.paths[number])
