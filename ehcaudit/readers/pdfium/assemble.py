"""Pages in reading order → blocks and tables, as the Word reader shapes them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ehcaudit.model import Block, Cell, KeptApart, Table
from ehcaudit.readers.base import Clock
from ehcaudit.readers.pdfium import tables
from ehcaudit.readers.pdfium.flow_values import PageFlow, TableOnPage
from ehcaudit.readers.pdfium.lines import Line
from ehcaudit.readers.pdfium.paragraphs import (
    Paragraph,
    Pitches,
    Vocabulary,
    find_label,
    paragraphs_of,
    written,
)

_DEEPEST = 40
_LONGEST_HEADING = 1000


def lines_in(content: Iterable[Line | TableOnPage]) -> Iterator[Line]:
    """All lines, those in the cells of tables too."""
    todo = [iter(content)]
    while todo:
        for one in todo[-1]:
            if isinstance(one, Line):
                yield one
            else:
                todo.append(part for cell in one.cells for part in cell.content)
                break
        else:
            todo.pop()


@dataclass(slots=True)
class Assembly:
    """A document on its way."""

    clock: Clock
    headings: dict[str, int] = field(default_factory=dict)
    """Words of the file's own outline (bookmarks), folded → level."""
    blocks: list[Block] = field(default_factory=list)
    grids: list[Table] = field(default_factory=list)
    apart: list[KeptApart] = field(default_factory=list)
    last_on_page: dict[int, int] = field(default_factory=dict)
    """Page → the last block on it."""
    pitches: Pitches = field(default_factory=Pitches)
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    confidence: dict[int, float] = field(default_factory=dict)
    body: float = 11.0
    large: frozenset[float] = frozenset()
    """Sizes of headings."""
    ranks: list[float] = field(default_factory=list)
    """Sizes of headings, the largest first."""
    shown: int = 0
    tops: int = 0

    def add(self, pages: list[PageFlow]) -> None:
        """Enter all pages."""
        self._learn(pages)
        stream: list[Line] = []
        whole: tables.Whole | None = None
        before: PageFlow | None = None
        bottoms = sorted(_low(page) for page in pages if page.elements)
        bottom = bottoms[max(len(bottoms) * 9 // 10 - (len(bottoms) < 3), 0)] if bottoms else 0.0
        for page in pages:
            self.clock.check()
            self.confidence[page.number] = page.confidence
            for place, element in enumerate(page.elements):
                if isinstance(element, Line):
                    if whole is not None:
                        self._table(whole, None, "")
                        whole = None
                    stream.append(element)
                    continue
                if (
                    whole is not None
                    and place == 0
                    and before is not None
                    and tables.goes_on(whole, element, before, page, max(bottom, _low(before)))
                ):
                    tables.carry_on(whole, element)
                    continue
                self._stream(stream)
                stream = []
                if whole is not None:
                    self._table(whole, None, "")
                whole = tables.start(element)
            if page.elements:
                before = page
        self._stream(stream)
        if whole is not None:
            self._table(whole, None, "")

    # ------------------------------------------------------------ what is usual in this document

    def _learn(self, pages: list[PageFlow]) -> None:
        sizes: Counter[float] = Counter()
        rights: dict[int, list[tuple[float, float]]] = {}
        for page in pages:
            for line in page.elements:
                if isinstance(line, Line) and not line.column:
                    rights.setdefault(round(page.width), []).append((line.x1, line.x0))
        edges = {width: _edge(ends, width) for width, ends in rights.items()}
        for page in pages:
            own = [element for element in page.elements if isinstance(element, Line)]
            right = edges.get(round(page.width), page.right)
            for line in own:
                if not line.column:
                    line.box = line.box[0], max(right, line.x1)
            streams = [own]
            for element in page.elements:
                if isinstance(element, TableOnPage):
                    streams += _streams(element)
            for number, stream in enumerate(streams):
                for line, following in zip(stream, [*stream[1:], None], strict=False):
                    find_label(line, following)
                    sizes[line.size] += sum(len(run.text) for run in line.runs)
                self.pitches.learn(stream, number > 0)
                self.vocabulary.learn(stream)
        if sizes:
            self.body = sizes.most_common(1)[0][0]
        # A size in which much is written is that of some of the text, and no heading's.
        some = sizes.total() / 12
        larger = sorted({size for size, n in sizes.items() if size > self.body * 1.09 and n < some}, reverse=True)
        self.large = frozenset(larger)
        self.ranks = [size for n, size in enumerate(larger) if not n or larger[n - 1] - size > 0.4]

    # ------------------------------------------------------------ paragraphs and tables

    def _stream(self, lines: list[Line], cell: Cell | None = None, where: str = "") -> None:
        levels = _levels(lines)
        for paragraph in paragraphs_of(lines, self.pitches, cell is not None):
            if cell is None:
                self.shown += 1
            self._paragraph(paragraph, cell, where or f"paragraph {self.shown}", levels)

    def _paragraph(self, paragraph: Paragraph, cell: Cell | None, where: str, levels: list[float]) -> None:
        said = written(paragraph, self.vocabulary)
        page = paragraph.lines[0].page
        for words in said.struck:
            here = len(self.blocks) - (0 if said.text else 1)
            self.apart.append(KeptApart("struck-through", words, where, here if here >= 0 else None))
        if not said.text:
            return
        kind, level = "paragraph", None
        known = None
        if self.headings and len(said.text) < _LONGEST_HEADING:
            known = self.headings.get(fold(f"{paragraph.label} {said.text}"))
            known = self.headings.get(fold(said.text)) if known is None else known
        if known is not None:
            kind, level = "heading", known
        elif said.size in self.large and len(said.text) <= 240 and (said.bold or not said.text.endswith(".")):
            kind, level = "heading", next((n for n, size in enumerate(self.ranks) if said.size >= size - 0.3), 8)
        elif paragraph.label:
            kind = "list-item"
            level = next((n for n, x in enumerate(levels) if paragraph.label_x <= x + 5), 0)
        number = len(self.blocks)
        line = paragraph.lines[0]
        self.blocks.append(
            Block(
                number,
                kind,  # type: ignore[arg-type]
                said.text,
                where,
                page=page,
                anchor=f"{page}@{line.x0:.0f},{line.top:.0f}",
                label=paragraph.label,
                level=level,
                bold=said.bold,
                cell=cell,
                marks=said.marks,
                confidence=self.confidence.get(page, 1.0),
            )
        )
        self.last_on_page[page] = number

    def _table(self, whole: tables.Whole, parent: Cell | None, above: str, depth: int = 0) -> None:
        tables.settle(whole)
        number = len(self.grids)
        if not above:
            self.tops += 1
        where = above or f"table {self.tops}"
        self.grids.append(Table(whole.rows, len(whole.xs) - 1, parent, whole.header_rows))
        for one in whole.cells:
            cell = Cell(number, one.row, one.column, one.rows, one.columns)
            path = f"{where} › row {one.row + 1} › column {one.column + 1}"
            stream: list[Line] = []
            inner = 0
            for part in one.content:
                if isinstance(part, Line):
                    stream.append(part)
                    continue
                self._stream(stream, cell, path)
                stream = []
                inner += 1
                if depth < _DEEPEST:
                    self._table(tables.start(part), cell, f"{path} › table {inner}", depth + 1)
            self._stream(stream, cell, path)


def fold(text: str) -> str:
    """For comparing a heading with the file's outline."""
    return re.sub(r"\W+", " ", text).strip().casefold()


def _low(page: PageFlow) -> float:
    return max(
        (element.bottom if isinstance(element, Line) else element.box.bottom for element in page.elements), default=0.0
    )


def _streams(table: TableOnPage) -> Iterator[list[Line]]:
    """The lines of each cell, those of nested tables for themselves."""
    todo = [table]
    while todo:
        for cell in todo.pop().cells:
            if cell.content:
                yield [part for part in cell.content if isinstance(part, Line)]
                todo += [part for part in cell.content if not isinstance(part, Line)]


def _edge(ends: list[tuple[float, float]], width: float) -> float:
    """The right edge of the text on pages of one width: few lines end beyond it."""
    ordered = sorted((right for right, _ in ends), reverse=True)
    edge = ordered[min(len(ordered) // 60, len(ordered) - 1)]
    left = min(left for _, left in ends)
    if len(ends) < 12 or edge < 0.55 * (width - left):  # Too little to see it by: as far from the edge as the left.
        return max(edge, width - left)
    return edge


def _levels(lines: list[Line]) -> list[float]:
    """The places of the bullets and numbers of a region, from the left."""
    found: list[float] = []
    for x in sorted(line.label_x for line in lines if line.label):
        if not found or x - found[-1] > 6:
            found.append(x)
    return found
