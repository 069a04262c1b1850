"""What the rows and columns of a table mean: header rows, the section or the role of each column, merged cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ehcaudit.model import Block, Cell, Document
from ehcaudit.plan.headings import Heading, all_title, generic_of, title_heading
from ehcaudit.plan.lexicon import advice_role_of, is_label, plain, role_of

NEEDS, PROVISIONS = ("B", "C", "D"), ("F", "G", "H1", "H2", "H")


@dataclass(slots=True)
class GridCell:
    """One cell of a row with the blocks in it, those of nested tables included."""

    column: int
    span: int
    rows: int
    blocks: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Row:
    """One row of an outermost table (or, inside a cell, of a nested one)."""

    table: int
    number: int
    cells: list[GridCell] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Head:
    """What a column holds: the words over it, and the section or the role of its cells."""

    words: str
    blocks: tuple[int, ...]
    letter: str = ""
    """The section its cells belong to."""
    role: str = ""
    """What they say about the item of their row; empty: they are the items."""
    opens: bool = False
    """The header names the section (else the section that was open holds the column)."""
    labelled: bool = False


def home(cell: Cell, document: Document, table: int | None = None) -> Cell:
    """The cell of an outermost table (or of ``table``) in which a cell lies, by way of nested tables."""
    while cell.table != table:
        parent = document.tables[cell.table].parent if cell.table < len(document.tables) else None
        if parent is None or parent.table == cell.table:
            break
        cell = parent
    return cell


def segments(document: Document, blocks: Sequence[int], inside: int | None = None) -> list[int | Row]:
    """Blocks in order, those of one table row together. ``inside``: only tables nested in that table count."""
    found: list[int | Row] = []
    for number in blocks:
        cell = document.blocks[number].cell
        if cell is None or cell.table == inside:
            found.append(number)
            continue
        cell = _below(cell, document, inside)
        last = found[-1] if found else None
        if not isinstance(last, Row) or last.table != cell.table or last.number != cell.row:
            last = Row(cell.table, cell.row)
            found.append(last)
        if not last.cells or last.cells[-1].column != cell.column:
            last.cells.append(GridCell(cell.column, max(cell.column_span, 1), max(cell.row_span, 1)))
        last.cells[-1].blocks.append(number)
    return found


def _below(cell: Cell, document: Document, inside: int | None) -> Cell:
    seen = 0
    while seen < 64 and cell.table < len(document.tables):
        parent = document.tables[cell.table].parent
        if parent is None or parent.table == inside:
            break
        cell, seen = parent, seen + 1
    return cell


def text_in(cell: GridCell, blocks: Sequence[Block]) -> str:
    """The words of a cell, its paragraphs joined."""
    if len(cell.blocks) == 1:
        return blocks[cell.blocks[0]].text.strip()
    return " ".join(words for number in cell.blocks if (words := blocks[number].text.strip()))


@dataclass(frozen=True, slots=True)
class Around:
    """What is known where a header row is met."""

    letters: tuple[str, ...]
    """The open section, or the group of sections under one heading."""
    labelled: frozenset[str]
    """Letters that have a heading of their own with the letter somewhere in the body."""
    area: str
    with_letter: bool = True
    """The heading over the open section or group has its letters."""


def resolve(kind: str, around: Around) -> str:
    """The section that a bare "Needs", "Outcomes" or "Provision" means here, or an empty string."""
    if kind == "outcome":
        return "E"
    family = NEEDS if kind in ("need", "strength") else PROVISIONS
    for letter in around.letters:
        if letter in family:
            return letter
    here = set(around.letters)
    if here & {"C", "G"} or around.area == "health":
        return "C" if family is NEEDS else "G"
    if here & {"D", "H", "H1", "H2"} or around.area == "care":
        return "D" if family is NEEDS else "H"
    return "B" if family is NEEDS else "F"


def kind_of(letter: str) -> str:
    """``need``, ``outcome``, ``provision`` or an empty string."""
    return "need" if letter in NEEDS else "provision" if letter in PROVISIONS else "outcome" if letter == "E" else ""


def header_row(
    row: Row, blocks: Sequence[Block], headings: Mapping[int, Heading], around: Around, *, marked: bool = False
) -> dict[int, Head] | None:
    """The meaning of each column where a row is a header row, else None. ``marked``: the file itself says so."""
    cells = [cell for cell in row.cells if text_in(cell, blocks)]
    if len(cells) < 2:
        return None
    guesses: dict[int, tuple[str, str]] = {}
    unknown: list[GridCell] = []
    labelled = 0
    for cell in cells:
        words = text_in(cell, blocks)
        heading = next((headings[n] for n in cell.blocks if n in headings), None)
        if heading and heading.labelled and len(heading.letters) == 1 and heading.content < 0:
            if heading.form == "alone" and len(cell.blocks) == 1:
                follower = cells[cells.index(cell) + 1] if cell is not cells[-1] else None
                if (
                    follower
                    and all_title(text_in(follower, blocks))
                    and not any(n in headings for n in follower.blocks)
                ):
                    return None
            guesses[cell.column] = ("labelled", heading.letters[0])
            labelled += 1
            continue
        guess = _guess(words, around)
        if guess:
            guesses[cell.column] = guess
        elif len(words.split()) <= 9 and len(words) <= 90 and not words.rstrip().endswith("."):
            unknown.append(cell)
        else:
            return None
    kinds = set(guesses.values())
    if not (
        (labelled and len(guesses) >= 2 and len(unknown) <= len(guesses))
        or (not labelled and len(kinds) >= 2 and len(unknown) <= len(guesses))
        or (marked and (len(guesses) >= 1 or all(blocks[n].bold for c in cells for n in c.blocks)))
    ):
        return None
    return _meaning(cells, blocks, guesses, unknown, around, bool(labelled))


def _guess(words: str, around: Around) -> tuple[str, str] | None:
    """(how it was known, letter, role or generic kind) of one header cell without a letter."""
    if around.letters == ("K",) or not around.letters:
        advice = advice_role_of(words)
        if advice and around.letters == ("K",):
            return "role", advice
    if around.letters in (("I",), ("J",)):
        return ("role", plain(words)) if is_label(words) else None
    kind = generic_of(words)
    if kind:
        return ("role", "strength") if kind == "strength" else ("generic", kind)
    role = role_of(words)
    if role and role != "item":
        return "role", role
    title = title_heading(words)
    if title and len(title.letters) == 1 and title.form == "title":
        return "title", title.letters[0]
    if role:
        return "item", "item"
    advice = advice_role_of(words)
    return ("role", advice) if advice else None


def _meaning(
    cells: Sequence[GridCell],
    blocks: Sequence[Block],
    guesses: Mapping[int, tuple[str, str]],
    unknown: Sequence[GridCell],
    around: Around,
    labelled: bool,
) -> dict[int, Head]:
    """Each column's section or role, once the row is known for a header row."""
    single = around.letters[0] if len(around.letters) == 1 else ""
    mains: dict[int, tuple[str, bool]] = {}
    roles: dict[int, str] = {}
    for cell in cells:
        how, what = guesses.get(cell.column, ("unknown", ""))
        if how == "labelled":
            mains[cell.column] = (what, True)
        elif how in ("title", "generic"):
            meant = _column_section(how, what, single, labelled, around)
            if meant is not None:
                mains[cell.column] = meant
            else:
                roles[cell.column] = kind_of(what) if how == "title" else what
        elif how == "role":
            roles[cell.column] = what
    if not mains:
        first = [c.column for c in cells if guesses.get(c.column, ("", ""))[0] == "item"] or [c.column for c in unknown]
        first = first or [c.column for c in cells if roles.get(c.column) in ("need", "outcome", "provision", "comment")]
        mains[(first or [cells[0].column])[0]] = (single, False)
        roles.pop(next(iter(mains)), None)
    heads: dict[int, Head] = {}
    host = next(iter(mains.values()))[0]
    for cell in cells:
        words = text_in(cell, blocks)
        if cell.column in mains:
            host, opens = mains[cell.column]
            known = guesses.get(cell.column, ("", ""))[0] == "labelled" or (
                host in around.letters and around.with_letter
            )
            heads[cell.column] = Head(words, tuple(cell.blocks), host, "", opens, known)
        else:
            role = roles.get(cell.column, "other")
            if role == "frequency" and host == "E":
                role = "when"
            heads[cell.column] = Head(words, tuple(cell.blocks), host, role)
    return heads


def _column_section(how: str, what: str, single: str, labelled: bool, around: Around) -> tuple[str, bool] | None:
    """(section, whether the header opens it) of a column named by title words; None: it only refers to one.

    Under one open section a column of its own kind is that section; a column of another kind opens the other section
    only where the document nowhere heads that one with its letter.
    """
    letter = what if how == "title" else resolve(what, around)
    kind = kind_of(letter)
    if labelled or not single:
        return letter, True
    if kind and kind == kind_of(single):
        same = how == "generic" or letter in (single, "H") or letter in around.labelled
        return (single, False) if same else (letter, True)
    if not kind_of(single):
        return None if single in ("A", "I", "J", "K") else (letter, True)
    if letter in around.labelled or (how == "generic" and kind == "need"):
        return None
    return letter, True
