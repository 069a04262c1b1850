"""A workbook that people reviewed → what they wrote beside its findings, for the workbook that takes its place.

Read as a stranger's file: a row at a time, no entity expanded, and only the sheets and columns that are our own.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from ehcaudit.errors import UsageError

REVIEW: Final = ("Review", "Review comment", "Reviewer")
"""The columns that people fill in."""
_KEY: Final = ("Plan", "Finding")
_TOLD: Final = ("Statement", "Title", "What")
FINDINGS: Final = "Findings"
EARLIER: Final = "Earlier reviews"
_SHEETS: Final = (FINDINGS, EARLIER)
_SAFE: Final[dict[str, Any]] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}


class Review(NamedTuple):
    """What stands in a row that somebody reviewed."""

    plan: str
    finding: str
    statement: str
    title: str
    what: str
    said: tuple[str, ...]
    """Under ``REVIEW``."""


@dataclass
class Reviews:
    """Reviews by plan and finding; each is taken once."""

    taken: int = 0
    _left: dict[tuple[str, str], list[Review]] = field(default_factory=dict)

    def add(self, review: Review) -> None:
        """One more."""
        self._left.setdefault((review.plan, review.finding), []).append(review)

    def take(self, plan: str, findings: Sequence[tuple[str, str]]) -> list[tuple[str, ...]]:
        """What was written beside each of a plan's findings (id, statement); empty words where nothing was.

        Findings may have one id, where the same words stand in two statements.
        """
        said: list[tuple[str, ...]] = [("",) * len(REVIEW)] * len(findings)
        for same in (True, False):  # The statement's number may have changed.
            for at, (finding, statement) in enumerate(findings):
                known = self._left.get((plan, finding), [])
                for review in known:
                    if (review.statement == statement) is same and not any(said[at]):
                        known.remove(review)
                        said[at] = review.said
                        self.taken += 1
                        break
        return said

    @property
    def left(self) -> list[Review]:
        """Those that nobody took, in the order in which they stood."""
        return [review for reviews in self._left.values() for review in reviews]


def reviews_of(path: Path) -> Reviews:
    """The reviews in the workbook at this path; none where there is no workbook.

    Raises UsageError where it is one that cannot be read, for what is written in it would be lost.
    """
    reviews = Reviews()
    if not path.is_file() or not zipfile.is_zipfile(path):
        return reviews
    from lxml import etree

    try:
        with zipfile.ZipFile(path) as archive:
            for review in _read(archive):
                reviews.add(review)
    except (zipfile.BadZipFile, zlib.error, etree.XMLSyntaxError, LookupError, ValueError, EOFError, RuntimeError):
        raise UsageError(
            f"--report: {path} cannot be read, so reviews in it could not be kept; move it, or name another file"
        ) from None
    return reviews


def _read(archive: zipfile.ZipFile) -> Iterator[Review]:
    rows = [row for part in _parts(archive) for row in _rows(archive, part)]
    wanted = {cell for row in rows for cell in row.values() if isinstance(cell, int)}
    shared = _shared(archive, wanted) if wanted else {}
    for row in rows:
        words = {title: shared[cell] if isinstance(cell, int) else cell for title, cell in row.items()}
        said = tuple(words.get(title, "") for title in REVIEW)
        if any(one.strip() for one in said):
            plan, finding, statement, title, what = (words.get(title, "") for title in (*_KEY, *_TOLD))
            yield Review(plan, finding, statement, title, what, said)


def _parts(archive: zipfile.ZipFile) -> Iterator[str]:
    """The parts of the sheets that hold reviews."""
    from lxml import etree

    parser = etree.XMLParser(**_SAFE)
    relations = etree.fromstring(archive.read("xl/_rels/workbook.xml.rels"), parser)
    targets = {str(relation.get("Id")): str(relation.get("Target")) for relation in relations}
    for sheet in etree.fromstring(archive.read("xl/workbook.xml"), parser).iterfind("{*}sheets/{*}sheet"):
        if re.sub(r" \(\d+\)$", "", sheet.get("name", "")) in _SHEETS:
            number = next(str(value) for name, value in sheet.attrib.items() if str(name).endswith("}id"))
            yield posixpath.normpath(posixpath.join("/xl", targets[number])).lstrip("/")


def _rows(archive: zipfile.ZipFile, part: str) -> Iterator[dict[str, str | int]]:
    """Rows of a sheet in which a review stands, by column title; a number stands for a shared string."""
    titles: dict[str, str] | None = None
    for row in _each(archive, part, "{*}row"):
        cells = {re.sub(r"\d", "", cell.get("r", "")): value for cell in row if (value := _value(cell)) != ""}
        if titles is None:
            heads = _shared(archive, {value for value in cells.values() if isinstance(value, int)})
            named = {at: heads[value] if isinstance(value, int) else value for at, value in cells.items()}
            titles = {at: name for at, name in named.items() if name in (*_KEY, *_TOLD, *REVIEW)}
            if not set(titles.values()).issuperset((*_KEY, *REVIEW)):
                return  # A sheet of somebody else's, or of a workbook that was redacted.
            continue
        found = {titles[at]: value for at, value in cells.items() if at in titles}
        if not found.keys().isdisjoint(REVIEW):
            yield found


def _value(cell: Any) -> str | int:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return "".join(_text(inline) for inline in cell.iterfind("{*}is"))
    words = cell.findtext("{*}v") or ""
    return int(words) if kind == "s" and words else words


def _text(string: Any) -> str:
    pieces = [piece.text or "" for piece in (*string.iterfind("{*}t"), *string.iterfind("{*}r/{*}t"))]
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), "".join(pieces))


def _shared(archive: zipfile.ZipFile, wanted: set[int]) -> dict[int, str]:
    """The shared strings with these numbers."""
    if not wanted:
        return {}
    strings = enumerate(_each(archive, "xl/sharedStrings.xml", "{*}si"))
    return {number: _text(string) for number, string in strings if number in wanted}


def _each(archive: zipfile.ZipFile, part: str, tag: str) -> Iterator[Any]:
    """The elements of a part, of which no more than one is in memory."""
    from lxml import etree

    with archive.open(part) as stream:
        for _, element in etree.iterparse(stream, tag=tag, **_SAFE):
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
