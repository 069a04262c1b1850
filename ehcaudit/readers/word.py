"""Word (.docx, .docm, .dotx, .dotm) → Document: our own walk over the parts with an explicit stack.

WordprocessingML is ECMA-376 part 1, §17; its transitional and strict namespaces are read under any prefix. Unknown
wrappers are descended into, so text is left out only on purpose: what is deleted, moved away, hidden or an instruction.
python-docx is not used here: it loses content controls, tracked insertions, text boxes and more.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ehcaudit.errors import Damaged, Empty, TooLarge, TooSlow
from ehcaudit.model import Block, Cell, Document, KeptApart, Mark, Table, Warning
from ehcaudit.readers.base import Limits
from ehcaudit.readers.numbering import Numbering
from ehcaudit.readers.package import Package, open_package, parse
from ehcaudit.readers.styles import PLAIN, Look, Styles, local, look_of, marks_of, number_of, value, whole_number

SUFFIXES = (".docx", ".docm", ".dotx", ".dotm")

_W = ("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}", "{http://purl.oclc.org/ooxml/wordprocessingml/main}")
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_M = ("{http://schemas.openxmlformats.org/officeDocument/2006/math}", "{http://purl.oclc.org/ooxml/officeDocument/math}")
_A = ("{http://schemas.openxmlformats.org/drawingml/2006/main}", "{http://purl.oclc.org/ooxml/drawingml/main}")
_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_SYMBOLS = {"f0a8": "☐", "f06f": "☐", "f0fe": "☒", "f0fc": "✓", "f0d8": "➢", "f0b7": "•", "f0a7": "▪", "f0e0": "→"}
_MOST_COLUMNS = 1000

_DROP = 1
_PARAGRAPH, _RUN, _TEXT, _DELETED_TEXT, _SPACE, _HYPHEN, _TABLE, _ROW, _CELL, _DELETED, _MOVED, _INSERTED, _SYMBOL, _NOTE, _PICTURE, \
    _CHOICE, _CONTROL, _FORM, _CHUNK, _OBJECT, _MATH_TEXT, _DRAWING_TEXT, _CHECKBOX, _RUBY_BASE, _COMMENT, _SECTION = range(2, 28)


def _kinds() -> dict[str, int]:
    """Element name → what to do with it; a name that is not here is only a wrapper."""
    word = {
        "p": _PARAGRAPH, "r": _RUN, "t": _TEXT, "delText": _DELETED_TEXT, "tab": _SPACE, "ptab": _SPACE, "br": _SPACE, "cr": _SPACE,
        "noBreakHyphen": _HYPHEN, "tbl": _TABLE, "tr": _ROW, "tc": _CELL, "del": _DELETED, "moveFrom": _MOVED, "ins": _INSERTED,
        "moveTo": _INSERTED, "sym": _SYMBOL, "footnoteReference": _NOTE, "endnoteReference": _NOTE, "pict": _PICTURE,
        "drawing": _PICTURE, "sdt": _CONTROL, "ffData": _FORM, "altChunk": _CHUNK, "object": _OBJECT, "commentReference": _COMMENT,
        **dict.fromkeys(("softHyphen", "instrText", "delInstrText", "rPr", "pPr", "tblPr", "tblGrid", "trPr", "tcPr", "sectPr",
                         "footnoteRef", "endnoteRef", "annotationRef", "sdtPr", "sdtEndPr", "customXmlPr", "smartTagPr",
                         "tblPrEx", "proofErr", "bookmarkStart", "bookmarkEnd", "lastRenderedPageBreak", "fldChar"), _DROP),
    }
    kinds = {space + name: kind for space in _W for name, kind in word.items()}
    kinds |= {space + "t": _MATH_TEXT for space in _M} | {space + "t": _DRAWING_TEXT for space in _A}
    kinds |= {_MC + "AlternateContent": _CHOICE, _W14 + "checkbox": _DROP}
    return kinds


_KINDS = _kinds()


def sniff(start: bytes) -> bool:
    """A zip archive, or the OLE container of an encrypted or old Word file (refused with a sentence of its own)."""
    return start.startswith((b"PK\x03\x04", b"PK\x05\x06", bytes.fromhex("d0cf11e0a1b11ae1")))


@dataclass(slots=True)
class _Open:
    """A w:p that is being read."""

    anchor: str
    path: str
    cell: Cell | None
    look: Look
    kind: str = "paragraph"
    label: str = ""
    level: int | None = None
    pieces: list[tuple[str, Look, str, str, str]] = field(default_factory=list)
    """(text, look, state, author, date); state: live, inserted, or a kind of KeptApart."""
    boxes: list[_Open] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    pictures: int = 0


@dataclass(frozen=True, slots=True)
class _State:
    """What holds for an element because of what is around it."""

    live: str = "live"
    author: str = ""
    when: str = ""
    look: Look = PLAIN
    cell: Cell | None = None
    where: str = ""
    placeholder: bool = False


@dataclass(slots=True)
class _Grid:
    """A w:tbl that is being read."""

    number: int
    where: str
    row: int = -1
    column: int = 0
    columns: int = 0
    headers: int = 0
    parent: Cell | None = None
    merged: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Grid column → (row, column) of the cell that goes on downwards there."""


@dataclass(slots=True)
class _Reader:
    """One walk over one part."""

    package: Package
    part: str
    styles: Styles
    numbering: Numbering
    deadline: float
    warnings: Counter[str]
    tables: list[Table] = field(default_factory=list)
    finished: list[_Open] = field(default_factory=list)
    paragraphs: int = 0
    shown: int = 0
    looks: dict[bytes, Look] = field(default_factory=dict)
    rows_grown: dict[tuple[int, int, int], int] = field(default_factory=dict)
    tops: int = 0
    chunks: list[str] = field(default_factory=list)
    loose: _Open | None = None

    def walk(self, root: Any) -> list[_Open]:
        """All paragraphs under an element, in document order; those of text boxes hang on the paragraph that holds them."""
        kinds, stack = _KINDS, [(root, _State(), None, None)]
        limits, steps = self.package.limits, 0
        # A stack of (element, state, open paragraph, open table); a closing entry has the element None.
        todo: list[tuple[Any, _State, _Open | None, _Grid | None]] = stack  # type: ignore[assignment]
        while todo:
            element, state, host, grid = todo.pop()
            steps += 1
            if not steps & 0x3FF and time.monotonic() > self.deadline:
                raise TooSlow(f"{self.package.path}: takes longer than {limits.max_seconds:g} seconds to read "
                              "(settings: limits.max_seconds).")
            kind = kinds.get(element.tag, 0)
            if kind == _DROP:
                continue
            if kind == _RUN:
                look = state.look
                first = element[0] if len(element) else None
                if first is not None and first.tag.endswith("}rPr"):
                    look = self._look(first).over(look)
                if look is not state.look:
                    state = replace(state, look=look)
            elif kind == _TEXT or kind == _MATH_TEXT or kind == _DRAWING_TEXT:
                if element.text:
                    self._add(host, state, element.text)
                continue
            elif kind == _DELETED_TEXT:
                if element.text:
                    self._add(host, state if state.live in ("deleted", "moved-from") else replace(state, live="deleted"), element.text)
                continue
            elif kind == _PARAGRAPH:
                opened = self._paragraph(element, state, grid)
                if host is None:
                    self.finished.append(opened)
                    if len(self.finished) > limits.max_blocks:
                        raise TooLarge(f"{self.package.path}: has more than {limits.max_blocks} paragraphs "
                                       "(settings: limits.max_blocks).")
                else:
                    host.boxes.append(opened)
                host, state = opened, replace(state, look=opened.look)
            elif kind == _SPACE:
                if host is not None and element.getparent().tag.endswith("}r"):
                    self._add(host, state, " ")
                continue
            elif kind == _HYPHEN:
                self._add(host, state, "-")
                continue
            elif kind == _TABLE:
                grid = self._table(state, host)
                state = replace(state, where=grid.where)
                # A table inside a paragraph's text box hangs on that paragraph; its cells' paragraphs do too.
            elif kind == _ROW and grid is not None:
                state = self._row(element, state, grid)
            elif kind == _CELL and grid is not None:
                state = self._cell(element, state, grid)
            elif kind == _DELETED or kind == _MOVED:
                state = replace(state, live="deleted" if kind == _DELETED else "moved-from", author=value(element, "author") or "",
                                when=value(element, "date") or "")
            elif kind == _INSERTED:
                if state.live == "live":
                    state = replace(state, live="inserted", author=value(element, "author") or "", when=value(element, "date") or "")
            elif kind == _SYMBOL:
                code = (value(element, "char") or "").lower()
                sign = _SYMBOLS.get(code) or ("" if not code else chr(int(code, 16)) if re.fullmatch("[0-9a-f]{2,5}", code) else "")
                self._add(host, state, sign if not 0xD800 <= ord(sign or " ") <= 0xDFFF else "")
                continue
            elif kind == _NOTE:
                if host is not None:
                    host.notes.append(("footnotes" if "footnote" in element.tag else "endnotes", value(element, "id") or ""))
                continue
            elif kind == _COMMENT:
                if host is not None:
                    host.comments.append(value(element, "id") or "")
                continue
            elif kind == _PICTURE:
                if host is not None and any(local(e) in ("blip", "imagedata") for e in element.iter()):
                    host.pictures += 1
            elif kind == _CHOICE:
                chosen = _branch(element)
                if chosen is not None:
                    todo.append((chosen, state, host, grid))
                continue
            elif kind == _CONTROL:
                state = self._control(element, state, host)
            elif kind == _FORM:
                self._form(element, state, host)
                continue
            elif kind == _CHUNK:
                self.chunks.append(next((text for key, text in element.items() if key.endswith("}id")), ""))
                continue
            elif kind == _OBJECT:
                self.warnings["embedded-object"] += 1
            for child in reversed(element):
                todo.append((child, state, host, grid))
        return self.finished

    # ------------------------------------------------------------ the elements one by one

    def _add(self, host: _Open | None, state: _State, text: str) -> None:
        if host is None:  # Text outside any paragraph breaks the schema; it is kept all the same.
            if self.loose is None or self.loose is not (self.finished[-1] if self.finished else None):
                self.loose = _Open(f"{self.part}#-1", "text outside any paragraph", None, PLAIN)
                self.finished.append(self.loose)
            host = self.loose
        look, live = state.look, state.live
        if live in ("live", "inserted"):
            if look.struck:
                live = "struck-through"
            elif look.hidden:
                live = "hidden"
            elif state.placeholder and not look.placeholder:
                look = replace(look, placeholder=True)
        host.pieces.append((text, look, live, state.author, state.when))

    def _look(self, properties: Any) -> Look:
        direct = look_of(properties)
        for child in properties:
            if child.tag.endswith("}rStyle"):
                direct = direct.over(self.styles.get(value(child) or "").look)
        for child in properties:
            if child.tag.endswith("}del"):  # Only the mark is deleted; the text has its own w:del.
                break
        return direct

    def _paragraph(self, element: Any, state: _State, grid: _Grid | None) -> _Open:
        self.paragraphs += 1
        style_id, number, outline = self.styles.default_paragraph, None, None
        direct_number = False
        properties = element[0] if len(element) and element[0].tag.endswith("}pPr") else None
        for child in properties if properties is not None else ():
            name = local(child)
            if name == "pStyle":
                style_id = value(child) or style_id
            elif name == "numPr":
                direct_number = True
                number = child
            elif name == "outlineLvl":
                outline = whole_number(value(child), least=0, most=9, default=9)
        style = self.styles.get(style_id)
        listed = number_of(number, style.number) if direct_number else style.number
        if outline is None:
            outline = style.outline
        label, form = self.numbering.next(*listed) if listed else ("", "")
        if state.cell is None:
            self.shown += 1
            where = f"paragraph {self.shown}"
        else:
            where = state.where
        kind, level = "paragraph", None
        if outline is not None and outline < 9:
            kind, level = "heading", outline
        elif form:
            kind, level = "list-item", listed[1] if listed else 0
        return _Open(f"{self.part}#{self.paragraphs - 1}", where, state.cell, style.look.over(self.styles.default), kind, label, level)

    def _table(self, state: _State, host: _Open | None) -> _Grid:
        self.tables.append(Table(0, 0))
        if state.cell is None:
            self.tops += 1
            where = f"table {self.tops}"
        else:
            inner = sum(1 for t in self.tables[:-1] if t.parent == state.cell) + 1
            where = f"{state.where} › table {inner}"
        grid = _Grid(len(self.tables) - 1, where, parent=state.cell)
        self.tables[grid.number] = Table(0, 0, state.cell)
        return grid

    def _row(self, element: Any, state: _State, grid: _Grid) -> _State:
        grid.row += 1
        grid.column = 0
        for properties in element:
            if not properties.tag.endswith("}trPr"):
                if properties.tag.endswith("}tc"):
                    break
                continue
            for child in properties:
                name = local(child)
                if name == "gridBefore":
                    grid.column = whole_number(value(child), least=0, most=_MOST_COLUMNS, default=0)
                elif name == "tblHeader" and value(child) in (None, "1", "true", "on") and grid.headers == grid.row:
                    grid.headers += 1
                elif name == "del":
                    state = replace(state, live="deleted", author=value(child, "author") or "", when=value(child, "date") or "")
                elif name == "ins" and state.live == "live":
                    state = replace(state, live="inserted", author=value(child, "author") or "", when=value(child, "date") or "")
        old = self.tables[grid.number]
        self.tables[grid.number] = Table(grid.row + 1, max(old.columns, grid.columns), grid.parent, grid.headers)
        return state

    def _cell(self, element: Any, state: _State, grid: _Grid) -> _State:
        span, merge, across = 1, None, None
        for properties in element:
            if properties.tag.endswith("}tcPr"):
                for child in properties:
                    name = local(child)
                    if name == "gridSpan":
                        span = whole_number(value(child), least=1, most=_MOST_COLUMNS, default=1)
                    elif name == "vMerge":
                        merge = value(child) or "continue"
                    elif name == "hMerge":
                        across = value(child) or "continue"
            break
        column = min(grid.column, _MOST_COLUMNS)
        grid.column = column + span
        row, top = grid.row, (grid.row, column)
        if merge == "continue" and column in grid.merged:
            top = grid.merged[column]
            key = (grid.number, *top)
            self.rows_grown[key] = max(self.rows_grown.get(key, 1), row - top[0] + 1)
        elif merge == "restart":
            grid.merged[column] = top
        else:
            grid.merged.pop(column, None)
        if across == "continue" and column:
            top = (top[0], max(0, column - 1))
        grid.columns = max(grid.columns, grid.column)
        old = self.tables[grid.number]
        if grid.columns > old.columns:
            self.tables[grid.number] = Table(old.rows, grid.columns, grid.parent, grid.headers)
        cell = Cell(grid.number, top[0], top[1], 1, span)
        return replace(state, cell=cell, where=f"{grid.where} › row {top[0] + 1} › column {top[1] + 1}")

    def _control(self, element: Any, state: _State, host: _Open | None) -> _State:
        for child in element:
            if not child.tag.endswith("}sdtPr"):
                continue
            for part in child:
                if part.tag.endswith("}showingPlcHdr") and value(part) in (None, "1", "true", "on"):
                    state = replace(state, placeholder=True)
        return state

    def _form(self, element: Any, state: _State, host: _Open | None) -> None:
        """A legacy form field: the chosen entry of a drop-down and the tick of a box stand nowhere else."""
        for child in element:
            name = local(child)
            if name == "ddList":
                entries = [value(e) or "" for e in child if local(e) == "listEntry"]
                chosen = next((value(e) for e in child if local(e) == "result"), None)
                at = whole_number(chosen, least=0, most=10_000, default=0)
                if at < len(entries):
                    self._add(host, state, f" {entries[at]} ")
            elif name == "checkBox":
                ticks = {local(e): value(e) for e in child}
                ticked = ticks.get("checked", ticks.get("default", "0")) in (None, "1", "true", "on") and ("checked" in ticks or "default" in ticks)
                self._add(host, state, "☒ " if ticked else "☐ ")


def _branch(element: Any) -> Any:
    """The one branch of mc:AlternateContent that is read: the first that holds text, else the first."""
    branches = [child for child in element if local(child) in ("Choice", "Fallback")]
    branches.sort(key=lambda child: local(child) == "Fallback")
    for branch in branches:
        if any(e.text and e.text.strip() for space in (*_W, *_A) for e in branch.iter(space + "t")):
            return branch
    return branches[0] if branches else None


# ---------------------------------------------------------------- from paragraphs to blocks


_SPACES = re.compile(r"\s+")


def _settle(opened: _Open, number: int) -> tuple[str, tuple[Mark, ...], bool, list[KeptApart]]:
    """White space normalised over the whole paragraph; marks and what is kept apart follow."""
    live: list[tuple[str, Look, str, str, str]] = []
    apart: list[KeptApart] = []
    plain = True
    for piece in opened.pieces:
        state = piece[2]
        if state == "live" or state == "inserted":
            live.append(piece)
            if state == "inserted" or (piece[1] is not PLAIN and piece[1] != PLAIN):
                plain = False
        elif apart and (apart[-1].kind, apart[-1].author, apart[-1].when) == (state, piece[3], piece[4]):
            apart[-1] = replace(apart[-1], text=apart[-1].text + piece[0])
        else:
            apart.append(KeptApart(state, piece[0], opened.path, number, piece[3], piece[4]))  # type: ignore[arg-type]
    apart = [replace(one, text=words) for one in apart if (words := " ".join(one.text.split()))]
    if plain:
        return " ".join("".join([piece[0] for piece in live]).split()), (), bool(opened.look.bold) and bool(live), apart
    text, marks, bold_all = "", [], True
    pending = False
    for words, look, state, author, when in live:
        start_space, end_space = words[:1].isspace(), words[-1:].isspace()
        bare = _SPACES.sub(" ", words).strip()
        if not bare:
            pending = pending or bool(words)
            continue
        if (pending or start_space) and text:
            text += " "
        start = len(text)
        text += bare
        pending = end_space
        look = look.over(opened.look)
        if not look.bold:
            bold_all = False
        kinds = marks_of(look)
        for kind in kinds:
            marks.append(Mark(kind, start, len(text)))  # type: ignore[arg-type]
        if state == "inserted":
            marks.append(Mark("inserted", start, len(text), author, when))
    return text, _joined(marks), bold_all and bool(text), apart


def _joined(marks: list[Mark]) -> tuple[Mark, ...]:
    """Neighbouring stretches of the same kind as one."""
    last: dict[tuple[str, str, str], int] = {}
    joined: list[Mark] = []
    for mark in marks:
        key = (mark.kind, mark.author, mark.when)
        if key in last and mark.start <= joined[last[key]].end + 1:
            joined[last[key]] = replace(joined[last[key]], end=mark.end)
        else:
            last[key] = len(joined)
            joined.append(mark)
    return tuple(sorted(joined, key=lambda m: (m.start, m.end, m.kind)))


@dataclass(slots=True)
class _Builder:
    """Finished paragraphs of all parts → one Document."""

    path: Path
    blocks: list[Block] = field(default_factory=list)
    apart: list[KeptApart] = field(default_factory=list)
    images: list[int] = field(default_factory=list)
    notes: dict[tuple[str, str], list[_Open]] = field(default_factory=dict)
    comments: dict[str, KeptApart] = field(default_factory=dict)
    spans: dict[tuple[int, int, int], int] = field(default_factory=dict)

    def add(self, opened: _Open, kind: str = "") -> None:
        """Enter a paragraph, then its text boxes and its notes (each note where it is first referred to)."""
        todo = [(opened, kind)]
        while todo:
            one, as_kind = todo.pop(0)
            number = len(self.blocks)
            text, marks, bold, apart = _settle(one, number)
            self.apart += apart
            if text:
                cell = one.cell
                if cell is not None and (rows := self.spans.get((cell.table, cell.row, cell.column))):
                    cell = replace(cell, row_span=rows)
                self.blocks.append(Block(number, as_kind or one.kind, text, one.path, anchor=one.anchor, label=one.label,  # type: ignore[arg-type]
                                         level=one.level, bold=bold, cell=cell, marks=marks))
            self.images += [len(self.blocks) - 1] * one.pictures
            for key in one.comments:
                if found := self.comments.pop(key, None):
                    self.apart.append(replace(found, block=len(self.blocks) - 1 if self.blocks else None, path=one.path))
            todo[:0] = [(box, as_kind) for box in one.boxes] + [
                (replace(note, path=f"{one.path} › note", cell=one.cell), "note") for key in one.notes for note in self.notes.pop(key, ())]


def read(path: Path, limits: Limits) -> Document:
    """Read a Word file. Raises InputError with one sentence that says what is wrong and what to do."""
    package = open_package(path, limits)
    with package.archive:
        return _read(package, path, limits)


def _read(package: Package, path: Path, limits: Limits) -> Document:
    main = next((target for _, kind, target, outside in package.relations("") if kind == "officeDocument" and not outside), None)
    if main is None or main.lower() not in package.names:
        main = "word/document.xml"
    if main.lower() not in package.names:
        raise Damaged(f"{path}: has no document in it; it is a zip archive that Word did not write.")
    root = package.tree(main)
    relations = package.relations(main)
    deadline = time.monotonic() + limits.max_seconds
    parts: dict[str, list[str]] = {}
    for _, kind, target, outside in relations:
        if not outside:
            parts.setdefault(kind, []).append(target)

    def side(kind: str) -> Any:
        """A part that the text can do without: a broken one is left out with a warning."""
        for target in parts.get(kind, ()):
            try:
                return package.tree(target)
            except Damaged:
                warnings["part-not-read"] += 1
        return None

    warnings: Counter[str] = Counter()
    styles, numbering = Styles.of(side("styles")), Numbering.of(side("numbering"))
    reader = _Reader(package, main, styles, numbering, deadline, warnings)
    finished = reader.walk(root)
    builder = _Builder(path, spans=reader.rows_grown)
    for kind in ("footnotes", "endnotes"):
        tree = side(kind)
        for note in tree if tree is not None else ():
            if value(note, "type") in ("separator", "continuationSeparator", "continuationNotice"):
                continue
            inner = _Reader(package, kind, styles, numbering, deadline, warnings)
            builder.notes[kind, value(note, "id") or ""] = inner.walk(note)
    tree = side("comments")
    for comment in tree if tree is not None else ():
        inner = _Reader(package, "comments", styles, numbering, deadline, warnings)
        words = " ".join(_settle(one, 0)[0] for one in inner.walk(comment)).strip()
        if words:
            builder.comments[value(comment, "id") or ""] = KeptApart("comment", words, "comment", None, value(comment, "author") or "",
                                                                     value(comment, "date") or "")
    for opened in finished:
        builder.add(opened)
    for opens in list(builder.notes.values()):  # Notes that nothing refers to any more.
        for opened in opens:
            builder.add(replace(opened, path="note"), "note")
    builder.apart += builder.comments.values()
    margins = _margins(package, parts, styles, numbering, deadline, warnings, len(builder.blocks))
    for chunk in reader.chunks:
        warnings["altchunk-not-read"] += 1
    for kind, name in (("diagramData", "smartart-not-read"), ("chart", "chart-not-read"), ("package", "embedded-object"),
                       ("oleObject", "embedded-object"), ("subDocument", "subdocument-not-read")):
        warnings[name] += len(parts.get(kind, ()))
    if builder.images:
        warnings["image-not-read"] = len(builder.images)
    if not builder.blocks:
        why = "its content is a picture (a scan); ask for the Word file, or run OCR" if builder.images else \
            "its content is inserted from another file" if reader.chunks else "there are no words in it"
        raise Empty(f"{path}: {why}.")
    return Document(str(path), _hash(path), "docx", tuple(builder.blocks), tuple(reader.tables), margins, tuple(builder.apart),
                    tuple(builder.images), _properties(package), tuple(_warn(kind, count) for kind, count in sorted(warnings.items()) if count))


_SENTENCES = {
    "image-not-read": "Pictures were not read: words in them are not audited.",
    "embedded-object": "Embedded objects (another document, a sheet) were not read.",
    "smartart-not-read": "SmartArt diagrams were not read.",
    "chart-not-read": "Charts were not read.",
    "altchunk-not-read": "A part that is inserted from another file was not read.",
    "subdocument-not-read": "A linked sub-document was not read.",
    "part-not-read": "A side part of the file (styles, numbering, notes) is damaged and was left out.",
}


def _warn(kind: str, count: int) -> Warning:
    return Warning(kind, _SENTENCES.get(kind, kind), count)


def _hash(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _properties(package: Package) -> dict[str, str]:
    for _, kind, target, outside in package.relations(""):
        if kind.endswith("core-properties") and not outside:
            try:
                root = package.tree(target)
            except Damaged:
                return {}
            return {local(child): child.text for child in (root if root is not None else ()) if child.text}
    return {}


def _margins(package: Package, parts: dict[str, list[str]], styles: Styles, numbering: Numbering, deadline: float,
             warnings: Counter[str], first: int) -> tuple[Block, ...]:
    """Headers and footers, each distinct line once."""
    found: dict[tuple[str, str], Block] = {}
    for kind in ("header", "footer"):
        for target in dict.fromkeys(parts.get(kind, ())):
            try:
                root = package.tree(target)
            except Damaged:
                warnings["part-not-read"] += 1
                continue
            if root is None:
                continue
            builder = _Builder(package.path)
            for opened in _Reader(package, target, styles, numbering, deadline, warnings).walk(root):
                builder.add(opened)
            for block in builder.blocks:
                if (kind, block.text) not in found:
                    number = first + len(found)
                    found[kind, block.text] = Block(number, kind, block.text, f"page {kind}", anchor=block.anchor, bold=block.bold)  # type: ignore[arg-type]
    return tuple(found.values())
