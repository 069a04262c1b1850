"""Documents built in code for the plan tests: paragraphs, headings, lists and tables with spans, looks and labels."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from ehcaudit.model import Block, Cell, Document, Mark, Table


@dataclass
class P:
    """One paragraph and its looks."""

    text: str
    kind: str = "paragraph"
    label: str = ""
    level: int | None = None
    bold: bool = False
    marks: tuple[Mark, ...] = ()


@dataclass
class C:
    """One cell: paragraphs (or a nested table), over so many columns and rows."""

    parts: list[Any] = field(default_factory=list)
    columns: int = 1
    rows: int = 1


def H(text: str, level: int = 1) -> P:  # noqa: N802
    return P(text, "heading", level=level)


def L(text: str, label: str = "•", level: int = 0) -> P:  # noqa: N802
    return P(text, "list-item", label=label, level=level)


def grey(text: str) -> P:
    return P(text, marks=(Mark("grey", 0, len(text)),))


def span(*parts: Any, columns: int = 1, rows: int = 1) -> C:
    return C(list(parts), columns, rows)


@dataclass
class T:
    """A table, row by row; a cell is words, a paragraph, a list of paragraphs, or a C. None: covered by a merge."""

    rows: list[list[Any]]
    header_rows: int = 0


def document(*parts: Any, images: tuple[int, ...] = (), margins: tuple[str, ...] = ()) -> Document:
    blocks: list[Block] = []
    tables: list[Table] = []

    def paragraph(part: Any, cell: Cell | None) -> None:
        p = part if isinstance(part, P) else P(str(part))
        where = (
            f"table {cell.table + 1} › row {cell.row + 1} › column {cell.column + 1}"
            if cell
            else f"paragraph {len(blocks) + 1}"
        )
        blocks.append(
            Block(
                len(blocks), p.kind, p.text, where, label=p.label, level=p.level, bold=p.bold, cell=cell, marks=p.marks
            )
        )

    def table(given: T, parent: Cell | None) -> None:
        index = len(tables)
        width = max(sum(c.columns if isinstance(c, C) else 1 for c in row) for row in given.rows)
        tables.append(Table(len(given.rows), width, parent, given.header_rows))
        for r, row in enumerate(given.rows):
            column = 0
            for raw in row:
                if raw is None:
                    column += 1
                    continue
                c = raw if isinstance(raw, C) else C(raw if isinstance(raw, list) else [raw])
                cell = Cell(index, r, column, c.rows, c.columns)
                for part in c.parts:
                    table(part, cell) if isinstance(part, T) else paragraph(part, cell)
                column += c.columns

    for part in parts:
        table(part, None) if isinstance(part, T) else paragraph(part, None)
    made = Document("plan.docx", "0" * 64, "docx", tuple(blocks), tuple(tables), images=images)
    shown = tuple(Block(len(blocks) + n, "header", text, "header") for n, text in enumerate(margins))
    return replace(made, margins=shown)


def texts(plan: Any, letter: str) -> list[str]:
    """The content of a section, block by block."""
    section = plan.sections.get(letter)
    return [plan.document.blocks[n].text for n in section.blocks] if section else []


def says(plan: Any, letter: str) -> list[str]:
    """The words of a section's items."""
    return [item.text for item in plan.items if item.section == letter]
