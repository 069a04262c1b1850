"""Block of a Word document → the elements of the file's XML in which its characters stand.

The reader's own walk is run again over elements that know where their words come from, so that what is live text, and
in which order, is decided in one place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from lxml import etree

from ehcaudit.model import Block
from ehcaudit.readers.base import Clock
from ehcaudit.readers.ooxml.grids import State
from ehcaudit.readers.ooxml.names import PARAGRAPHS
from ehcaudit.readers.ooxml.package import Package, safe_parser
from ehcaudit.readers.ooxml.styles import SPACES, Look, local, value
from ehcaudit.readers.ooxml.walk import Paragraph, Walk
from ehcaudit.readers.word import PackageReader

_TEXT: Any = etree.ElementBase.text
_NOTES = ("footnotes", "endnotes")


class Words(str):
    """Text of the file that knows its element."""

    __slots__ = ("element",)
    element: Any


def _words(text: str, element: Any) -> Words:
    made = Words(text)
    made.element = element
    return made


class _Element(etree.ElementBase):
    """An element whose text knows where it stands."""

    @property
    def text(self) -> Any:
        found = _TEXT.__get__(self)
        return found if found is None else _words(found, self)

    @text.setter
    def text(self, value: str | None) -> None:
        _TEXT.__set__(self, value)


def _parser() -> Any:
    parser = safe_parser()
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=_Element))
    return parser


@dataclass(slots=True)
class _Walk(Walk):
    """The reader's walk; a character that no text element holds (a symbol, a tick) is put down with its element."""

    leaf: Any = None

    def _add(self, host: Paragraph | None, state: State, look: Look, text: str) -> None:
        if self.leaf is not None and not isinstance(text, Words):
            text = _words(text, self.leaf)
        Walk._add(self, host, state, look, text)

    def _leaf(self, kind: int, element: Any, state: State, look: Look, host: Paragraph | None) -> bool:
        self.leaf = element
        descend = Walk._leaf(self, kind, element, state, look, host)
        self.leaf = None
        return descend


class Spot(NamedTuple):
    """One character: ``element.text[offset]``, or (offset -1) what an element without text shows."""

    element: Any
    offset: int


@dataclass(slots=True)
class Place:
    """Where a block's words stand."""

    paragraph: Any
    """The w:p in which it begins; None for words outside any paragraph."""
    text: str
    spots: list[Spot | None]
    """For each character of the text its spot; None for a space that comes from a tab, a break or a joint."""

    def find(self, start: int, end: int, quote: str) -> tuple[Spot, Spot] | None:
        """The first and last character of ``quote``, which stands at text[start:end] or, if not, nearest to there."""
        if self.text[start:end] != quote:
            hits = [at for at in range(len(self.text)) if self.text.startswith(quote, at)] if quote else []
            if not hits:
                return None
            start = min(hits, key=lambda at: abs(at - start))
            end = start + len(quote)
        spots = [spot for spot in self.spots[start:end] if spot is not None]
        return (spots[0], spots[-1]) if spots else None


@dataclass
class Places:
    """The main part of an open Word file, as elements that may be changed, and where its blocks stand in it."""

    package: Package
    original: bool = False
    """The file was read as if every tracked change were rejected."""
    part: str = field(init=False)
    root: Any = field(init=False)
    reader: PackageReader = field(init=False)

    def __post_init__(self) -> None:
        """Raises InputError, as reading does."""
        self._clock = Clock.start(self.package.path, self.package.limits)
        self.reader = PackageReader(self.package, self._clock, original=self.original)
        self.part = self.reader.main
        self.root = etree.fromstring(self.package.read(self.part) or b"", _parser())

    def place(self, block: Block) -> Place | None:
        """Where a block stands; None where that is another part, or nowhere in this file."""
        best = None
        for paragraph in self._paragraphs.get(block.anchor or "", ()):
            made = self._settled(paragraph)
            if made.text == block.text:
                return made
            best = best or made
        return best

    @cached_property
    def _paragraphs(self) -> dict[str, list[Paragraph]]:
        """Anchor → the paragraphs that have it (those of a drawing share the one of the paragraph around it)."""
        reader = self.reader
        walk = _Walk(self._clock, self.part, reader.styles, reader.numbering, Counter(), self.original)
        found: dict[str, list[Paragraph]] = {}
        for paragraph in _all(walk.over(self.root)):
            found.setdefault(paragraph.anchor, []).append(paragraph)
        self._elements = {number: element for element, number in walk.indices.items()}
        return found

    def _settled(self, paragraph: Paragraph) -> Place:
        """White space as ``readers.word`` normalises it: what is live runs on over what is not, spaces are single."""
        spots: list[Spot | None] = []
        letters: list[str] = []
        gap = False
        for words in _live(paragraph, self.original):
            element = getattr(words, "element", None)
            own = element is not None and _TEXT.__get__(element) == words
            for offset, letter in enumerate(words):
                if letter.isspace():
                    gap = True
                    continue
                if gap and letters:
                    letters.append(" ")
                    spots.append(None)
                gap = False
                letters.append(letter)
                spots.append(None if element is None else Spot(element, offset if own else -1))
        number = int(paragraph.anchor.rpartition("#")[2])
        return Place(self._elements.get(number), "".join(letters), spots)


def _all(paragraphs: list[Paragraph]) -> Iterator[Paragraph]:
    todo = paragraphs[::-1]
    while todo:
        one = todo.pop()
        yield one
        todo += list(one.boxes)[::-1]


def _live(paragraph: Paragraph, original: bool) -> Iterator[str]:
    """The pieces of a paragraph that the reader takes for its text."""
    base = paragraph.look
    for piece in paragraph.pieces:
        words, look, state = (piece, base, "live") if isinstance(piece, str) else piece[:3]
        if original:
            apart = look.apart if state == "live" else ""
            if state != "inserted" and apart in ("", "struck-through"):
                yield words
        elif state in ("live", "inserted") and not look.apart:
            yield words


def note_reference(places: Places, block: Block) -> Spot | None:
    """Where the text refers to the footnote or endnote that a block is part of; None for any other block."""
    home, _, number = (block.anchor or "").rpartition("#")
    target = next((one.target for one in places.reader.relations if one.kind == home and not one.outside), None)
    root = places.package.tree(target) if target and home in _NOTES else None
    for at, paragraph in enumerate(root.iter(*PARAGRAPHS) if root is not None else ()):
        if str(at) != number:
            continue
        note = next((one for one in paragraph.iterancestors() if f"{local(one)}s" == home), None)
        for element in places.root.iter(*(f"{space}{home[:-1]}Reference" for space in SPACES)):
            if note is not None and value(element, "id") == value(note, "id"):
                return Spot(element, -1)
    return None
