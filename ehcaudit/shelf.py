"""PlanAudit ⇄ bytes, and a shelf for more audits than memory should hold: a Sequence over a temporary file.

The bytes are JSON, compressed: a store is a file that anybody may hand over, so nothing in it is ever run, and what it
holds is checked against the types of ``model`` as it is read.
"""

from __future__ import annotations

import json
import tempfile
import weakref
import zlib
from abc import ABC, abstractmethod
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Generic, TypeVar, overload

from pydantic import TypeAdapter
from pydantic_core import PydanticSerializationError

from ehcaudit.horizon import ALWAYS, Days
from ehcaudit.model import SEVERITIES, Advice, Block, Document, Evidence, Gist, Plan, PlanAudit, Summary

if TYPE_CHECKING:
    from ehcaudit.caseload import CaseloadView, Trace

SHELF_FROM = 200
"""A run of more files than this is kept on a shelf, not in memory."""
_LEVEL = 1
"""Of zlib: the dearer levels save a tenth of the room and cost ten times as much."""
_WHEN = ("when",)
_DATES = ("status", "plan_date", "review_date", "first_issued", "amended_on")
Thing = TypeVar("Thing")


# ---------------------------------------------------------------- audit ⇄ bytes


@dataclass(frozen=True, slots=True)
class Sealed:
    """An audit as bytes, made where the plan was judged; and how long it holds."""

    path: str
    sha256: str
    summary: bytes
    gist: str
    whole: bytes
    trace: bytes
    """What a caseload compares of it, packed."""
    days: Days = ALWAYS
    """On these days the audit would come out alike."""
    firm: Days = ALWAYS
    """On these days nothing but the answers of rules that look at the day can change; on others the file itself must be
    read again."""


def seal(
    audited: PlanAudit,
    seen: Trace,
    *,
    days: Days = ALWAYS,
    firm: Days = ALWAYS,
    words: bool = True,
) -> Sealed:
    """The bytes of an audit, with no more of the plan's words than a report shows, and without its path.

    ``seen`` is its trace; not even that keeps words where ``words`` is False.
    """
    bare = slim(audited)
    summary = Summary.of(bare)
    return Sealed(
        audited.path,
        audited.sha256,
        _packed(_summaries().dump_json(summary)),
        json.dumps(Gist.of(summary)[1:]),
        _packed(_written(bare)),
        replace(seen, path="").pack(words=words),
        days,
        firm,
    )


def open_summary(payload: bytes, path: str) -> Summary:
    """The summary in these bytes, for a file that now has this path. Raises ValueError where they are damaged."""
    return replace(_summaries().validate_json(_unpacked(payload)), path=path)


def open_gist(payload: str, path: str) -> Gist:
    """The gist in this text, for a file that now has this path. Raises ValueError where it is damaged."""
    try:
        percent, grade, coverage, themes, counts, questions, faults = json.loads(payload)
        gist = Gist(path, percent, str(grade), coverage, themes, tuple(counts), questions, faults)
        scores = [score for score in (percent, *themes.values()) if score is not None]
        numbers = [*scores, coverage, *counts, questions, *faults.values()]
    except (AttributeError, TypeError) as error:
        raise ValueError(type(error).__name__) from None
    if len(counts) != len(SEVERITIES) or not all(isinstance(number, int | float) for number in numbers):
        raise ValueError("not a gist")
    return gist


def open_whole(payload: bytes, path: str) -> PlanAudit:
    """The audit in these bytes, for a file that now has this path. Raises ValueError where they are damaged."""
    audited = _wholes().validate_json(_unpacked(payload))
    return replace(audited, path=path, plan=replace(audited.plan, document=replace(audited.plan.document, path=path)))


def slim(audited: PlanAudit) -> PlanAudit:
    """The audit with the words that its findings stand in, its items and its dates, and no others; and no path.

    Places, warnings, threads and the state of sections stay, so that every report shows the same, and a rule whose
    Options are ``dated`` answers the same.
    """
    plan = audited.plan
    places = [part for finding in audited.findings for part in finding.evidence]
    # Where the rules that look at the day may find something on another day.
    places += [part for item in plan.of("outcome") for part in (*item.evidence, *_only(item.attached, _WHEN).values())]
    places += _only(plan.facts.where, _DATES).values()
    shown = {part.block_id for part in places}
    shown.update(number for section in plan.sections.values() for number in section.headings)
    document = plan.document

    def kept(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        return tuple(
            replace(b, marks=(), cell=None, confidence=1.0) if b.id in shown else Block(b.id, b.kind, "", "")
            for b in blocks
        )

    return replace(
        audited,
        path="",
        plan=Plan(
            Document(
                "",
                document.sha256,
                document.format,
                kept(document.blocks),
                margins=kept(document.margins),
                apart=tuple(replace(one, text="", path="", author="", when="") for one in document.apart),
                warnings=document.warnings,
            ),
            {letter: replace(section, title="") for letter, section in plan.sections.items()},
            tuple(replace(item, attached=_only(item.attached, _WHEN), row=None) for item in plan.items),
            tuple(_entry(advice) for advice in plan.advice),
            plan.threads,
            # The name is what --redact takes out of messages.
            replace(plan.facts, pronoun="", where=_only(plan.facts.where, _DATES)),
            unplaced=plan.unplaced,
            front=plan.front,
            warnings=plan.warnings,
            section_of={block: letter for block, letter in plan.section_of.items() if block in shown},
            area_of={block: area for block, area in plan.area_of.items() if block in shown},
            column_of={block: words for block, words in plan.column_of.items() if block in shown},
            partial=plan.partial,
        ),
    )


def _entry(advice: Advice) -> Advice:
    """An entry of advice with its role and dates; with what names it only where it has no role."""
    places = tuple(Evidence(part.block_id, part.start, part.start, "") for part in advice.evidence)
    named = bool(advice.role)
    return replace(advice, author="" if named else advice.author, title="" if named else advice.title, evidence=places)


def _only(where: Mapping[str, Evidence], names: tuple[str, ...]) -> dict[str, Evidence]:
    return {name: where[name] for name in names if name in where}


def _written(audited: PlanAudit) -> bytes:
    try:
        return _wholes().dump_json(audited, exclude_defaults=True)
    except PydanticSerializationError:  # Half of a surrogate pair, which no UTF-8 holds; one sign stands for one.
        plain = _wholes().dump_python(audited, exclude_defaults=True)
        return json.dumps(plain, ensure_ascii=False, default=str).encode("utf-8", "replace")


def _packed(payload: bytes) -> bytes:
    return zlib.compress(payload, _LEVEL)


def _unpacked(payload: bytes) -> bytes:
    try:
        return zlib.decompress(payload)
    except zlib.error as error:
        raise ValueError(str(error)) from None


@cache
def _summaries() -> TypeAdapter[Summary]:
    return TypeAdapter(Summary)


@cache
def _wholes() -> TypeAdapter[PlanAudit]:
    return TypeAdapter(PlanAudit)


# ---------------------------------------------------------------- many audits


class Lazy(Sequence[Thing], Generic[Thing]):
    """A Sequence whose members are made each time they are asked for."""

    def __init__(self, make: Callable[[int], Thing], length: Callable[[], int]) -> None:
        self._make, self._length = make, length

    def __len__(self) -> int:
        return self._length()

    @overload
    def __getitem__(self, index: int) -> Thing: ...
    @overload
    def __getitem__(self, index: slice) -> Lazy[Thing]: ...
    def __getitem__(self, index: int | slice) -> Thing | Lazy[Thing]:
        """One member, or a part of them that is as lazy as the whole."""
        if isinstance(index, slice):
            chosen = range(len(self))[index]
            return Lazy(lambda number: self._make(chosen[number]), lambda: len(chosen))
        return self._make(range(len(self))[index])

    def __iter__(self) -> Iterator[Thing]:
        return (self._make(number) for number in range(len(self)))


class Audits(Lazy[PlanAudit], ABC):
    """Audits that are read anew each time they are asked for, and beside them their ``summaries``."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self._views: dict[int, CaseloadView] = {}
        super().__init__(self.whole, lambda: len(self.paths))

    @abstractmethod
    def whole(self, number: int) -> PlanAudit:
        """One audit."""

    @abstractmethod
    def summary(self, number: int) -> Summary:
        """One audit's summary."""

    @abstractmethod
    def trace(self, number: int) -> Trace:
        """What a caseload compares of one."""

    def view(self, smallest: int, make: Callable[[], CaseloadView]) -> CaseloadView:
        """What all of them show together: made when first it is asked for, whatever the number of reports."""
        if smallest not in self._views:
            self._views[smallest] = make()
        return self._views[smallest]

    @property
    def summaries(self) -> Lazy[Summary]:
        """All of them without their words."""
        return Lazy(self.summary, self._length)

    @property
    def traces(self) -> Lazy[Trace]:
        """What a caseload compares of each."""
        return Lazy(self.trace, self._length)


class Shelf(Audits):
    """Sealed audits in a file that has no name and that only its owner can read; it is gone when the process is."""

    def __init__(self) -> None:
        super().__init__()
        self._file = tempfile.TemporaryFile(prefix="ehcaudit-")  # noqa: SIM115 - it lives as long as the shelf
        weakref.finalize(self, self._file.close)
        self._ends = array("Q", [0])
        """Where each piece ends; a summary, an audit and a trace in turn."""

    def add(self, sealed: Sealed) -> None:
        """Put one at the end. Raises OSError where the disk is full."""
        self.paths.append(sealed.path)
        for piece in (sealed.summary, sealed.whole, sealed.trace):
            self._file.seek(self._ends[-1])
            self._file.write(piece)
            self._ends.append(self._ends[-1] + len(piece))

    def piece(self, number: int) -> bytes:
        """The bytes of one piece: 3n for the nth summary, then its audit, then its trace."""
        self._file.seek(self._ends[number])
        return self._file.read(self._ends[number + 1] - self._ends[number])

    def whole(self, number: int) -> PlanAudit:
        """One audit."""
        return open_whole(self.piece(3 * number + 1), self.paths[number])

    def summary(self, number: int) -> Summary:
        """One audit's summary."""
        return open_summary(self.piece(3 * number), self.paths[number])

    def trace(self, number: int) -> Trace:
        """What a caseload compares of one."""
        from ehcaudit.caseload import Trace

        return Trace.unpack(self.piece(3 * number + 2), self.paths[number])
