"""The audits of one run that has a store, as a Sequence for its reports: opened as they are asked for."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from ehcaudit.horizon import Days
from ehcaudit.model import Gist, PlanAudit, Summary
from ehcaudit.shelf import Audits, Sealed, Shelf
from ehcaudit.store import Row, Store

if TYPE_CHECKING:
    from ehcaudit.caseload import CaseloadView, Trace


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
        self.gists: list[Gist] = []
        """A line of each, so that a table of them opens none."""
        self._answers, self._plans = hashlib.sha256(), hashlib.sha256()
        """Of all results so far; and of what the plans are, whatever the rules that look at the day say of them."""
        self._shelf: Shelf | None = None
        self._shelved: dict[int, int] = {}

    def add(self, sealed: Sealed) -> None:
        """A new result: it is safe when this returns."""
        number = self._store.keep(self._method, sealed)
        if not self._store.words:
            self._shelf = self._shelf or Shelf()
            self._shelved[len(self.paths)] = len(self._shelf)
            self._shelf.add(sealed)
        self._enter(sealed.path, number, sealed.gist, sealed.sha256, sealed.firm)

    def take(self, path: str, row: Row) -> None:
        """A result that the store had, and that is settled there."""
        self._enter(path, row.id, row.gist, row.content, row.firm)

    def _enter(self, path: str, number: int, gist: str, content: str, firm: Days) -> None:
        self._answers.update(f"\0{number} {path}".encode("utf-8", "surrogatepass"))
        # What was read anew because an answer of another rule ran out holds on other days than what was there before.
        self._plans.update(f"\0{content} {firm.since} {firm.until} {path}".encode("utf-8", "surrogatepass"))
        self.paths.append(path)
        self.rows.append(number)
        self.gists.append(self._store.gist(gist, path) if gist else Gist.of(self.summary(-1)))

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

    def view(self, smallest: int, make: Callable[[], CaseloadView]) -> CaseloadView:
        """What all of them show together: that of an earlier run where it had the very same results."""
        return super().view(smallest, lambda: self._view(smallest, make))

    def _view(self, smallest: int, make: Callable[[], CaseloadView]) -> CaseloadView:
        from ehcaudit.caseload import groups_of

        about = f"{self._method} {smallest} {self._store.words}"
        answers, plans = f"{about} {self._answers.hexdigest()}", f"{about} {self._plans.hexdigest()}"
        view = self._known(answers)
        if view is None:
            # On a new day some plans have new answers, and the same words: the words are what takes time.
            view = self._known(plans)
            view = make() if view is None else replace(view, groups=groups_of(self.traces, smallest=smallest))
            try:
                payload = _views().dump_json(view)
            except ValueError:  # Half of a surrogate pair in a path or a plan's words, which no UTF-8 holds.
                return view
            self._store.keep_view(plans, payload)
            self._store.keep_view(answers, payload)
        return view

    def _known(self, key: str) -> CaseloadView | None:
        kept = self._store.view(key)
        try:
            return None if kept is None else _views().validate_json(kept)
        except ValidationError:  # It is damaged: nothing is lost with it.
            return None


@cache
def _views() -> TypeAdapter[CaseloadView]:
    from ehcaudit.caseload import CaseloadView

    return TypeAdapter(CaseloadView)
