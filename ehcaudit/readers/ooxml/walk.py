"""One walk over one part of a Word file, with a stack of its own: elements → paragraphs with their pieces of text.

WordprocessingML is ECMA-376 part 1, §17; transitional and strict names are read under any prefix. Unknown wrappers are
descended into, so text stands apart only on purpose: what is deleted, moved away, struck through or hidden.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from ehcaudit.errors import Damaged, TooLarge
from ehcaudit.model import Cell
from ehcaudit.readers.base import Clock
from ehcaudit.readers.ooxml.grids import Grid, Grids, State, changed, first
from ehcaudit.readers.ooxml.names import (
    CELL,
    CHART,
    CHOICE,
    CHUNK,
    COMMENT,
    CONTROL,
    DENOMINATOR,
    DIAGRAM,
    DRAWN_LOOK,
    DRAWN_PARAGRAPH,
    DROP,
    FORM,
    GONE,
    HYPHEN,
    INSERTED,
    KINDS,
    LOOK,
    NOTE,
    OBJECT,
    OTHER_TEXTS,
    PARAGRAPH,
    PARAGRAPH_PROPERTIES,
    PARAGRAPHS,
    PICTURE,
    ROW,
    RUN,
    SPACE,
    SUBDOCUMENT,
    SYMBOL,
    TABLE,
    TEXT,
    TEXTS,
    TOLD,
    WORDART,
)
from ehcaudit.readers.ooxml.numbering import Numbering
from ehcaudit.readers.ooxml.styles import (
    HIDDEN,
    PLACEHOLDER,
    PROPERTIES,
    SHADED,
    STRUCK,
    Look,
    Styles,
    facts,
    is_on,
    is_shade,
    local,
    number_of,
    value,
    whole_number,
)
from ehcaudit.readers.ooxml.symbols import shown

_MOST_COLUMNS = 1000
_USUAL_COLUMNS = 63
"""What Word itself allows."""

Piece = str | tuple[str, Look, str, str, str]
"""Live text in the paragraph's own look, or (text, look, state, author, date). The state is ``live``, ``inserted``,
``deleted`` or ``moved-from``; what is struck or hidden is told by the look."""


@dataclass(slots=True)
class Paragraph:
    """A paragraph that is being read, or has been."""

    anchor: str
    path: str
    cell: Cell | None
    look: Look
    kind: str = "paragraph"
    label: str = ""
    level: int | None = None
    pieces: list[Piece] = field(default_factory=list)
    boxes: list[Paragraph] | tuple[()] = ()
    """Paragraphs of the text boxes and diagrams that hang on it."""
    notes: list[tuple[str, str, State]] | tuple[()] = ()
    """(footnotes or endnotes, id, state of the reference)."""
    comments: list[str] | tuple[()] = ()
    pictures: int = 0


@dataclass(slots=True)
class Walk:
    """The walk over one part, and what it has found so far."""

    clock: Clock
    part: str
    styles: Styles
    numbering: Numbering
    warnings: Counter[str]
    original: bool = False
    """The changes are to be rejected: a paragraph mark that is deleted still ends its paragraph."""
    related: Callable[[str], tuple[str, Any]] = lambda _: ("", None)
    """Relationship id → (part name, its root) of a chart or diagram."""
    indices: dict[Any, int] = field(default_factory=dict)
    """Each w:p of the part → its index in document order (also of branches that are not read)."""
    telling: set[Any] = field(default_factory=set)
    """Each w:rPr of the part that bears on what its words mean."""
    grids: Grids = field(default_factory=Grids)
    found: list[Paragraph] = field(default_factory=list)
    entered: int = 0
    shown: int = 0
    pending: tuple[Any, Paragraph] | None = None
    """A paragraph whose mark is deleted goes on in this element."""
    loose: Paragraph | None = None

    def over(self, root: Any, state: State = State()) -> list[Paragraph]:  # noqa: B008
        """All paragraphs under an element, in document order; those of text boxes hang on the paragraph around them."""
        if not self.indices:
            whole = root.getroottree().getroot()
            self.indices = {element: number for number, element in enumerate(whole.iter(*PARAGRAPHS))}
            # lxml finds the few telling properties in C, so that the others need never be looked at one by one.
            self.telling = {element.getparent() for element in whole.iter(*PROPERTIES)}
        kinds, clock, most_depth = KINDS.get, self.clock, self.clock.limits.max_depth
        plain, telling = self.styles.look(self.styles.default_paragraph), self.telling
        before = len(self.found)
        # Each entry: what is still to read at one depth, and what holds there.
        todo: list[tuple[Iterator[Any], State, Look, Paragraph | None, Grid | None]] = []
        todo.append((iter((root,)), state, plain, None, None))
        steps = 0
        while todo:
            rest, state, look, host, grid = todo.pop()
            # In the common case a run's text is put down as it is: live, and in the look of its paragraph.
            usual = host.look if host is not None and state.live == "live" else None
            put = host.pieces.append if host is not None else None
            for element in rest:
                kind = kinds(element.tag, 0)
                if kind == RUN:
                    inner, parts = look, iter(element)
                    for part in parts:
                        kind = kinds(part.tag, 0)
                        if kind == TEXT:
                            text = part.text
                            if text:
                                if inner is usual:
                                    put(text)  # type: ignore[misc]
                                else:
                                    self._add(host, state, inner, text)
                        elif kind == LOOK:
                            if part in telling and (told := facts(part)):
                                inner = look.run(told, self.styles)
                        elif kind == SPACE:
                            if inner is usual:
                                put(" ")  # type: ignore[misc]
                            else:
                                self._add(host, state, inner, " ")
                        elif kind == DRAWN_LOOK:
                            if (part.get("strike") or "noStrike") != "noStrike":
                                inner = look.flagged(STRUCK)
                        elif kind != DROP:
                            todo.append((rest, state, look, host, grid))
                            todo.append((chain((part,), parts), state, inner, host, grid))
                            break
                    else:
                        continue
                    break
                if kind in (DROP, LOOK, DRAWN_LOOK):
                    continue
                if kind == TEXT:
                    if element.text:
                        self._add(host, state, look, element.text)
                    continue
                if kind == SPACE:
                    if host is not None:
                        self._add(host, state, look, " ")
                    continue
                steps += 1
                if not steps & 0x3FF:
                    clock.check()
                if kind == PARAGRAPH:
                    todo.append((rest, state, look, host, grid))
                    if host is not None and look.said.hidden:  # The text box of a hidden run is hidden with it.
                        state = state._replace(flags=state.flags | HIDDEN)
                    opened = self._paragraph(element, state, host)
                    todo.append((iter(element), state, opened.look, opened, grid))
                    break
                now, now_look, now_host, now_grid = state, look, host, grid
                if kind == CELL:
                    if grid is not None:
                        self.entered += 1
                        now = self.grids.cell(element, state, grid)
                elif kind == ROW:
                    if grid is not None:
                        now = self.grids.row(element, state, grid)
                elif kind == TABLE:
                    now_grid = self.grids.table(element, state)
                elif kind == GONE:
                    now = self._gone(element, state)
                    if element.text and element.tag.endswith("}delText"):
                        self._add(host, now, look, element.text)
                elif kind == INSERTED:
                    if state.live == "live":
                        now = changed(element, state, "inserted")
                elif kind == CONTROL:
                    if _shows_prompt(element):
                        now = state._replace(flags=state.flags | PLACEHOLDER)
                        now_look = look.flagged(PLACEHOLDER)
                elif kind == CHOICE:
                    branch = _branch(element)
                    if branch is None:
                        continue
                    element = branch
                elif kind == DRAWN_PARAGRAPH:
                    if look.said.hidden:
                        now = state._replace(flags=state.flags | HIDDEN)
                    now_host = self._drawn(now, host)
                    now_look = now_host.look
                elif kind == DENOMINATOR:
                    self._add(host, state, look, " ")
                elif kind != 0 and not self._leaf(kind, element, state, look, host):
                    continue
                if len(todo) > most_depth:
                    raise TooLarge(f"{clock.path}: is nested more than {most_depth} deep (settings: limits.max_depth).")
                todo.append((rest, state, look, host, grid))
                todo.append((iter(element), now, now_look, now_host, now_grid))
                break
        return self.found[before:]

    # ------------------------------------------------------------ the elements one by one

    def _add(self, host: Paragraph | None, state: State, look: Look, text: str) -> None:
        """Put down text that is not as usual: another look, another state, or no paragraph around it."""
        if host is None:  # Text outside any paragraph breaks the schema; it is kept all the same.
            if self.loose is None or self.loose is not (self.found[-1] if self.found else None):
                self.loose = Paragraph(f"{self.part}#-1", state.where or "text outside any paragraph", state.cell, look)
                self._enter(self.loose, None)
            host = self.loose
        host.pieces.append((text, look, state.live, state.author, state.when))

    def _enter(self, paragraph: Paragraph, host: Paragraph | None) -> None:
        """Put a paragraph where it belongs: in the part's own order, or on the paragraph that holds its text box."""
        self.entered += 1
        if self.entered > self.clock.limits.max_blocks:
            raise TooLarge(
                f"{self.clock.path}: has more than {self.clock.limits.max_blocks} paragraphs "
                "(settings: limits.max_blocks)."
            )
        if host is None:
            self.found.append(paragraph)
        else:
            host.boxes = host.boxes or []
            host.boxes.append(paragraph)

    def _paragraph(self, element: Any, state: State, host: Paragraph | None) -> Paragraph:
        style_id, numbered, outline, gone, shaded = self.styles.default_paragraph, None, None, False, False
        for child in first(element, PARAGRAPH_PROPERTIES):
            name = TOLD.get(child.tag)
            if name is None:
                continue
            if name == "pStyle":
                style_id = value(child) or style_id
            elif name == "numPr":
                numbered = child
            elif name == "outlineLvl":
                outline = whole_number(value(child), least=0, most=9, default=9)
            elif name == "rPr":
                gone = any(local(mark) in ("del", "moveFrom") for mark in child)
            elif name == "shd":
                shaded = is_shade(value(child, "fill"))
        style = self.styles.get(style_id)
        look = self.styles.look(style_id).flagged(state.flags | (SHADED if shaded else 0))
        listed = style.number if numbered is None else number_of(numbered, style.number)
        if listed is not None and listed[1] < 0:
            listed = listed[0], self.numbering.level_of(listed[0], style_id)
        # A number is counted by the paragraph's mark: one that is deleted counts no more.
        label, form = self.numbering.next(*listed) if listed and (self.original or not gone) else ("", "")
        if not form and style.name.startswith("list bullet") and (listed or numbered is None):
            label, form = "•", "bullet"
        outline = style.outline if outline is None else outline
        kind, level = "paragraph", None
        if outline is not None and outline < 9:
            kind, level = "heading", outline
        elif form:
            kind, level = "list-item", listed[1] if listed else 0
        joined = self._joined(element, look, kind, label, level)
        if joined is None:
            if host is not None and state.cell is host.cell:
                where = host.path if host.path.endswith("text box") else f"{host.path} › text box"
            elif state.cell is not None or state.where:
                where = state.where
            else:
                self.shown += 1
                where = f"paragraph {self.shown}"
            number = self.indices.get(element, -1)
            joined = Paragraph(f"{self.part}#{number}", where, state.cell, look, kind, label, level)
            self._enter(joined, host)
        if gone and not self.original and (following := _next_paragraph(element)) is not None:
            self.pending = following, joined
        return joined

    def _joined(self, element: Any, look: Look, kind: str, label: str, level: int | None) -> Paragraph | None:
        """The paragraph before, where its mark is deleted: with the changes accepted the two are one."""
        if self.pending is None:
            return None
        following, before = self.pending
        if following is not element:
            return None
        self.pending = None
        if not any(isinstance(piece, str) or piece[2] in ("live", "inserted") for piece in before.pieces):
            return None
        old = before.look
        if old is not look:
            before.pieces = [(one, old, "live", "", "") if isinstance(one, str) else one for one in before.pieces]
        before.look, before.kind, before.label, before.level = look, kind, label, level
        before.pieces.append(" ")
        return before

    def _drawn(self, state: State, host: Paragraph | None) -> Paragraph:
        """A paragraph of DrawingML (in a diagram, a chart, a drawing canvas)."""
        path = state.where or (host.path if host is not None else "drawing")
        look = self.styles.look("").flagged(state.flags)
        anchor = host.anchor if host is not None else f"{self.part}#-1"
        opened = Paragraph(anchor, f"{path} › drawing", state.cell, look)
        self._enter(opened, host)
        return opened

    def _gone(self, element: Any, state: State) -> State:
        name = local(element)
        if name == "moveFrom":
            return changed(element, state, "moved-from")
        if name == "delText" and state.live in ("deleted", "moved-from"):
            return state
        return changed(element, state, "deleted")

    def _leaf(self, kind: int, element: Any, state: State, look: Look, host: Paragraph | None) -> bool:
        """The rarer elements. Returns whether to descend into it as well."""
        live = state.live in ("live", "inserted")
        if kind == HYPHEN:
            self._add(host, state, look, "-")
        elif kind == SYMBOL:
            sign = shown(value(element, "font") or "", value(element, "char") or "")
            if sign:
                self._add(host, state, look, sign)
            else:
                self.warnings["symbol-not-shown"] += 1
        elif kind == NOTE:
            if host is not None:
                home = "footnotes" if "footnote" in element.tag else "endnotes"
                flags = state.flags | (HIDDEN if look.apart == "hidden" else 0)
                where = State(state.live, state.author, state.when, flags, host.cell, f"{host.path} › note")
                host.notes = host.notes or []
                host.notes.append((home, value(element, "id") or "", where))
        elif kind == COMMENT:
            if host is not None:
                host.comments = host.comments or []
                host.comments.append(value(element, "id") or "")
        elif kind == PICTURE:
            if live and host is not None:
                host.pictures += 1
            elif live:
                self.warnings["image-not-read"] += 1
        elif kind == FORM:
            self._form(element, state, look, host)
        elif kind == CHUNK:
            self.warnings["altchunk-not-read"] += 1
        elif kind == SUBDOCUMENT:
            self.warnings["subdocument-not-read"] += 1
        elif kind == OBJECT:
            self.warnings["embedded-object"] += 1
            return True
        elif kind == WORDART:
            if text := element.get("string"):
                self._add(self._drawn(state, host), state, look, str(text))
        else:
            self._related(kind, element, state, host)
        return False

    def _related(self, kind: int, element: Any, state: State, host: Paragraph | None) -> None:
        """The words of a diagram or chart, which stand in a part of their own."""
        if kind == CHART:
            self.warnings["chart-not-read"] += 1
        key = next((text for name, text in element.items() if name.endswith("}dm" if kind == DIAGRAM else "}id")), "")
        try:
            part, root = self.related(str(key))
        except Damaged:
            part, root = "", None
        if root is None:
            if kind == DIAGRAM:
                self.warnings["smartart-not-read"] += 1
            return
        path = state.where or (host.path if host is not None else "")
        inner = Walk(self.clock, part, self.styles, self.numbering, self.warnings, self.original)
        inner.entered = self.entered
        for paragraph in inner.over(root, state._replace(where=path)):
            self._enter(paragraph, host)

    def _form(self, element: Any, state: State, look: Look, host: Paragraph | None) -> None:
        """A legacy form field: the chosen entry of a drop-down and the tick of a box stand nowhere else."""
        for child in element:
            name = local(child)
            if name == "ddList":
                entries = [value(e) or "" for e in child if local(e) == "listEntry"]
                told = {local(e): value(e) for e in child}
                at = whole_number(told.get("result", told.get("default")), least=0, most=10_000, default=0)
                if at < len(entries):
                    self._add(host, state, look, f" {entries[at]} ")
            elif name == "checkBox":
                ticks = {local(e): is_on(e) for e in child}
                self._add(host, state, look, "☒ " if ticks.get("checked", ticks.get("default", False)) else "☐ ")

    def aside(self, part: str) -> Walk:
        """A walk over another part of the same document (notes), whose tables are counted on with these."""
        self.grids.tops = 0  # Tables of a note are numbered within it.
        return replace(self, part=part, indices={}, found=[], shown=0, pending=None, loose=None)


def _shows_prompt(control: Any) -> bool:
    """A content control that nobody has filled in shows its prompt."""
    for properties in control:
        if properties.tag.endswith("}sdtPr"):
            return any(part.tag.endswith("}showingPlcHdr") and is_on(part) for part in properties)
    return False


def _next_paragraph(element: Any) -> Any:
    """The w:p right after a w:p, with nothing but bookmarks and the like between them."""
    following = element.getnext()
    while following is not None and KINDS.get(following.tag) == DROP:
        following = following.getnext()
    return following if following is not None and following.tag == element.tag else None


def _branch(element: Any) -> Any:
    """The one branch of mc:AlternateContent that is read: the first that holds text, else the first."""
    branches = [child for child in element if local(child) == "Choice"]
    branches += [child for child in element if local(child) == "Fallback"]
    for tags in (TEXTS, OTHER_TEXTS):
        for branch in branches:
            if any(text.text and not text.text.isspace() for text in branch.iter(*tags)):
                return branch
    return branches[0] if branches else None
