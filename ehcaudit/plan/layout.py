"""What the walk over a document gives: entries, parts of sections, and the layout of the whole."""

from __future__ import annotations

from dataclasses import dataclass, field

from ehcaudit.model import SECTION_LETTERS, Block, Leftover, Warning

ORDER: tuple[str, ...] = (*SECTION_LETTERS[:7], "H", *SECTION_LETTERS[7:])
"""The order of sections in a plan; the undivided H stands before H1."""


@dataclass(slots=True)
class Entry:
    """One block of content, with all that its place says of it."""

    block: int
    letter: str
    start: int = 0
    """Where the content begins: behind a heading that stands in the same paragraph."""
    area: str = ""
    role: str = ""
    """What its column or row label makes of it; empty: it is the matter itself."""
    row: tuple[int, int] | None = None
    column: int = -1
    span: int = 1
    """Over how many rows its cell goes."""
    strength: bool = False
    line: bool = False
    """A sub-heading or a row's label, not a statement."""


@dataclass(slots=True)
class Part:
    """What is known of one section."""

    letter: str
    title: str = ""
    labelled: bool = False
    sentence: bool = False
    shared_title: bool = False
    """The title so far is that of a group of sections."""
    headings: list[int] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    shares: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Layout:
    """What the walk found."""

    parts: dict[str, Part] = field(default_factory=dict)
    unplaced: list[int] = field(default_factory=list)
    section_of: dict[int, str] = field(default_factory=dict)
    area_of: dict[int, str] = field(default_factory=dict)
    headers: dict[int, str] = field(default_factory=dict)
    """Block → words of the column header over it."""
    leftovers: list[Leftover] = field(default_factory=list)
    warnings: list[Warning] = field(default_factory=list)
    first: int = -1
    """The first block that opens a section."""
    working: bool = False
    """It calls itself a working document."""


def looks_like_heading(block: Block) -> bool:
    """Whether its style, weight or capitals set a line apart. Never the only reason for anything."""
    text = block.text.strip()
    return block.kind == "heading" or block.bold or (text.isupper() and len(text) > 3)
