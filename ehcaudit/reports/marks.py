"""The text of a Word file and words of it → marks of comments around exactly these words (ECMA-376 part 1, §17.13.4).

Runs are split at the edges of the words; nothing that a person sees changes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import Any

from ehcaudit.readers.ooxml.places import Spot
from ehcaudit.readers.ooxml.styles import SPACES, local, value

MARKS = ("commentRangeStart", "commentRangeEnd", "commentReference")
_XML = "{http://www.w3.org/XML/1998/namespace}"
_MATHS = ("oMath", "oMathPara")
_FIXED = frozenset(("dataBinding", "dropDownList", "comboBox", "date", "checkbox", "picture", "equation"))
"""Kinds of content control whose words Word writes itself: a mark inside would be lost."""
_KEPT = frozenset(("HYPERLINK", "FORMTEXT", "FORMCHECKBOX", "FORMDROPDOWN", "MACROBUTTON", "GOTOBUTTON", "TOC"))
"""Fields whose words stay as they are, or are too long to be marked as one. All others Word works out anew, and the
marks would go with the old words; LibreOffice reads a comment inside one as words of the plan."""


@dataclass
class Marks:
    """The marks in one main part: those that are there, and those that are to be set."""

    root: Any
    style: str
    """The file's own style for comment marks; empty where it has none."""

    def __post_init__(self) -> None:
        self.w = SPACES[str(self.root.tag).startswith(SPACES[1])]
        self._cuts: dict[Any, set[tuple[int, int]]] = defaultdict(set)
        self._wanted: list[tuple[Sequence[str], Any, Any]] = []

    def ids(self) -> set[str]:
        """The comments that are marked now."""
        return {value(element, "id") or "" for name in MARKS for element in self.root.iter(self.w + name)}

    def spans(self) -> dict[str, tuple[int, int]]:
        """Comment → where in the order of the text its marks begin and end."""
        found: dict[str, tuple[int, int]] = {}
        for name in reversed(MARKS):  # The two ends tell more than the reference, which may stand alone.
            for element in self.root.iter(self.w + name):
                key, at = value(element, "id") or "", self._order[element]
                first, last = found.get(key, (at, at))
                found[key] = (at if name == MARKS[0] else first, at if name == MARKS[1] else last)
        return found

    def reach(self, first: Any, last: Spot | None) -> tuple[int, int]:
        """Where in the order of the text the words of a comment to be made begin and end, before it is split."""
        if last is None:
            return self._order[first], self._order[first]
        return self._order[first.element], self._order[last.element]

    @cached_property
    def _order(self) -> dict[Any, int]:
        return {element: at for at, element in enumerate(self.root.iter())}

    def take(self, ids: set[str]) -> None:
        """Take the marks of these comments out of the text."""
        if not ids:
            return
        for name in MARKS:
            for element in list(self.root.iter(self.w + name)):
                if value(element, "id") not in ids:
                    continue
                parent = element.getparent()
                parent.remove(element)
                if local(parent) == "r" and all(local(child) == "rPr" for child in parent):
                    parent.getparent().remove(parent)

    def want(self, numbers: Sequence[str], first: Spot | Any, last: Spot | None) -> None:
        """Note down where the marks of a thread go; ``put`` sets all at once, for runs are split only once.

        ``first`` and ``last`` are the first and last character, or a paragraph as an element and None.
        """
        if last is None:
            host = outermost(first)
            self._wanted.append((numbers, host, host) if host is not None else (numbers, first, None))
            return
        self._wanted.append((numbers, self._edge(first, after=0), self._edge(last, after=1)))

    def _edge(self, spot: Spot, *, after: int) -> Any:
        """The element around which a mark goes, or (run, cut) where the run is to be split."""
        host = outermost(spot.element)
        if host is not None:
            return host
        if (field := _field(spot.element)) is not None:
            spot = Spot(field[1 if after else 0], -1)
        run = _run_of(spot.element)
        if run is None:
            return spot.element
        child = spot.element
        while child.getparent() is not run:
            child = child.getparent()
        at = [one for one in run if local(one) != "rPr"].index(child)
        cut = (at, spot.offset + after) if spot.offset >= 0 else (at + after, 0)
        if spot.offset >= 0 and cut[1] == len(spot.element.text):
            cut = at + 1, 0
        self._cuts[run].add(cut)
        return run, cut

    def put(self) -> None:
        """Set the marks that are wanted."""
        parts = {run: self._split(run, cuts) for run, cuts in self._cuts.items()}
        tails: dict[Any, Any] = {}
        for numbers, start, end in self._wanted:
            made = [self._made(number) for number in numbers]
            opened = [one[0] for one in made]
            closed = [element for one in made for element in one[1:]]
            if end is None:  # The paragraph as a whole.
                at = 1 if len(start) and local(start[0]) == "pPr" else 0
                start[at:at] = opened
                start.extend(closed)
                continue
            first = parts[start[0]][0][start[1]] if isinstance(start, tuple) else start
            last = parts[end[0]][1][end[1]] if isinstance(end, tuple) else end
            for element in opened:
                first.addprevious(element)
            tail = tails.get(last, last)
            for element in closed:
                tail.addnext(element)
                tail = element
            tails[last] = tail

    def _made(self, number: str) -> tuple[Any, Any, Any]:
        name = {f"{self.w}id": number}
        reference = self._new("r")
        if self.style:
            looks = self._new("rPr")
            looks.append(self._new("rStyle", {f"{self.w}val": self.style}))
            reference.append(looks)
        reference.append(self._new("commentReference", name))
        return self._new("commentRangeStart", name), self._new("commentRangeEnd", name), reference

    def _new(self, name: str, attributes: dict[str, str] | None = None) -> Any:
        return self.root.makeelement(self.w + name, attributes or {})

    def _split(self, run: Any, cuts: set[tuple[int, int]]) -> tuple[dict[Any, Any], dict[Any, Any]]:
        """Split a run before each (child, character); returns the run that begins at each cut, and that ends there."""
        children = [child for child in run if local(child) != "rPr"]
        looks = next((child for child in run if local(child) == "rPr"), None)
        begins: dict[tuple[int, int], Any] = {(0, 0): run}
        ends: dict[tuple[int, int], Any] = {(0, 0): run}
        now = run
        for index, child in enumerate(children):
            offsets = sorted(offset for at, offset in cuts if at == index and (offset or index))
            whole, start = _text(child), 0
            for offset in offsets:
                for piece in _pieces(child, start, offset) if offset else ():
                    now.append(piece)
                following = run.makeelement(run.tag, dict(run.attrib))
                if looks is not None:
                    following.append(self._looks(looks))
                now.addnext(following)
                ends[index, offset], begins[index, offset] = now, following
                now, start = following, offset
            if start:
                for piece in _pieces(child, start, len(whole)):
                    now.append(piece)
                run.remove(child)
            elif now is not run:
                now.append(child)
        ends[len(children), 0] = now
        return begins, ends

    def _looks(self, looks: Any) -> Any:
        """A run's properties once more; a tracked change of its looks gets a number of its own."""
        copied = deepcopy(looks)
        for element in copied.iter():
            if element.get(f"{self.w}id") and element.get(f"{self.w}author") is not None:
                element.set(f"{self.w}id", str(next(self._change_numbers)))
        return copied

    @cached_property
    def _change_numbers(self) -> Iterator[int]:
        ids = (str(element.get(f"{self.w}id") or "") for element in self.root.iter())
        return count(1 + max((int(one) for one in ids if one.isdigit() and len(one) < 10), default=0))


# ---------------------------------------------------------------- where marks can stand


def host(element: Any) -> Any:
    """What is marked as a whole where this element is to be marked, so that one is told from another; or None."""
    around = outermost(element)
    field = None if around is not None else _field(element)
    return around if field is None else field[0]


def _field(element: Any) -> tuple[Any, Any] | None:
    """The first and last sign of the outermost field in the paragraph whose words, which Word works out, hold this."""
    paragraph = next(element.iterancestors(*(space + "p" for space in SPACES)), None)
    if paragraph is None or element.tag.endswith("}p"):
        return None
    open_now: list[tuple[Any, list[str]]] = []
    passed, found = False, None
    for one in paragraph.iter():
        passed = passed or one is element
        name = local(one)
        if name == "instrText" and open_now:
            open_now[-1][1].append(one.text or "")
        if name != "fldChar":
            continue
        kind = value(one, "fldCharType")
        if kind == "begin" and not passed:
            open_now.append((one, []))
        elif kind == "begin":
            open_now.append((None, []))
        elif kind == "end" and open_now:
            begin, code = open_now.pop()
            if passed and begin is not None and _is_worked_out("".join(code)) and _side_by_side(begin, one):
                found = begin, one
    return found


def _side_by_side(one: Any, other: Any) -> bool:
    runs = _run_of(one), _run_of(other)
    return None not in runs and runs[0].getparent() is runs[1].getparent()


def _is_worked_out(code: str) -> bool:
    return bool(code.split()) and code.split()[0].upper() not in _KEPT


def outermost(element: Any) -> Any:
    """The outermost element around this one that no comment mark may stand inside of; None where there is none.

    Word keeps no marks in text boxes, ruby, equations, and controls and fields whose words it writes itself.
    """
    found, inside = None, not element.tag.startswith(SPACES)  # The words of a drawing stand in names of its own.
    for around in element.iterancestors():
        name = local(around)
        closed = (
            (name == "r" and around.tag.startswith(SPACES) and (inside or local(element) == "p"))
            or name in _MATHS
            or name == "AlternateContent"
            or (name == "sdt" and _is_fixed(around))
            or (name == "fldSimple" and _is_worked_out(value(around, "instr") or ""))
        )
        inside = inside or name == "r"
        if closed and any(local(one) == "p" and one.tag.startswith(SPACES) for one in around.iterancestors()):
            found = around
    return found


def _run_of(element: Any) -> Any:
    """The w:r in which an element stands, or None."""
    return next((one for one in element.iterancestors(*(space + "r" for space in SPACES))), None)


def _is_fixed(control: Any) -> bool:
    """A content control within a paragraph whose words are chosen or bound."""
    properties = next((child for child in control if local(child) == "sdtPr"), ())
    return any(local(child) in _FIXED for child in properties) and not any(
        local(child) == "p" for child in control.iterdescendants()
    )


def _text(element: Any) -> str:
    return element.text or "" if len(element) == 0 else ""


def _pieces(text: Any, start: int, end: int) -> Iterator[Any]:
    """A stretch of a w:t as elements of their own that show the same.

    Word leaves out space at the edges of a w:t that does not ask to keep it: such space stands in a w:t by itself, and
    what lies at a new edge is kept.
    """
    whole, keeps = _text(text), text.get(f"{_XML}space") == "preserve"
    first, last = (0, len(whole)) if keeps else (len(whole) - len(whole.lstrip()), len(whole.rstrip()))
    for begin, stop in ((start, min(first, end)), (max(start, first), min(end, last)), (max(start, last), end)):
        if begin < stop:
            piece = text.makeelement(text.tag, dict(text.attrib))
            piece.text = whole[begin:stop]
            if first <= begin < last and piece.text.strip() != piece.text:
                piece.set(f"{_XML}space", "preserve")
            yield piece
