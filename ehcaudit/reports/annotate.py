"""An open Word file, and comments to make → a copy whose words are the same (ECMA-376 part 1, §17.13.4; [MS-DOCX]).

Only the main part, the comments, their states, the relationships and the content types change. Runs are split at the
edges of the words that a comment is about. A comment of ours is known again by the finding that its last line names.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import chain, count
from pathlib import Path
from typing import Any, NamedTuple, cast

from lxml import etree

from ehcaudit.errors import TooLarge
from ehcaudit.readers.ooxml.package import Package
from ehcaudit.readers.ooxml.places import Places, Spot
from ehcaudit.readers.ooxml.styles import SPACES, local, value
from ehcaudit.reports.base import bare

AUTHOR = "ehcaudit"
_OURS = re.compile(r"\bfinding ([0-9a-f]{16})\s*$")
_XML = "{http://www.w3.org/XML/1998/namespace}"
_MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
_W15 = "http://schemas.microsoft.com/office/word/2012/wordml"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_KINDS = {
    "comments": (
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments",
        "http://purl.oclc.org/ooxml/officeDocument/relationships/comments",
    ),
    "commentsExtended": ("http://schemas.microsoft.com/office/2011/relationships/commentsExtended",) * 2,
}
"""Kind of part → its relationship type in transitional and in strict files."""
_MATHS = ("oMath", "oMathPara")
_FIXED = frozenset(("dataBinding", "dropDownList", "comboBox", "date", "checkbox", "picture", "equation"))
"""Kinds of content control whose words Word writes itself: a mark inside would be lost."""


class Line(NamedTuple):
    """One paragraph of a comment."""

    label: str
    words: str


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment to make."""

    key: str
    """The finding's fingerprint; with it the comment is known again."""
    lines: tuple[Line, ...]
    first: Spot | Any
    """The first character that it is about, or the paragraph as an element."""
    last: Spot | None = None


class Done(NamedTuple):
    """What was done to a copy."""

    made: int
    replaced: int
    resolved: int


@dataclass
class Copy:
    """A copy of one Word file in the making."""

    places: Places
    day: date
    """The day that the comments bear."""
    changed: dict[str, bytes] = field(default_factory=dict)
    """Name of a part → its new bytes."""

    def __post_init__(self) -> None:
        self.root = self.places.root
        self.strict = str(self.root.tag).startswith(SPACES[1])
        self.w = SPACES[self.strict]
        self._cuts: dict[Any, set[tuple[int, int]]] = defaultdict(set)
        self._marks: list[tuple[str, Any, Any]] = []
        self._paragraph_ids = {p.get(f"{{{_W14}}}paraId") for p in self.root.iter(f"{self.w}p")}

    @property
    def package(self) -> Package:
        """The file that is copied."""
        return self.places.package

    # ------------------------------------------------------------ comments

    def comment(self, comments: Sequence[Comment]) -> Done:
        """Put the comments in, in place of our own earlier ones; those whose finding is gone are marked resolved."""
        part, tree = self._part("comments", f"{self.w}comments")
        earlier: dict[str, Any] = {}
        gone: list[Any] = []
        wanted = {comment.key for comment in comments}
        for element in tree:
            if local(element) == "comment" and value(element, "author") == AUTHOR:
                key = _OURS.search("".join(element.itertext()))
                if key and key[1] in wanted and key[1] not in earlier:
                    earlier[key[1]] = element
                elif key:
                    gone.append(element)
        if not comments and not gone:
            self.changed.clear()
            return Done(0, 0, 0)
        tree = _with_names(tree, {"w14": _W14})
        self._take_marks({value(element, "id") or "" for element in earlier.values()})
        numbers = self._numbers(tree)
        states: dict[str, bool] = {}
        for comment in comments:
            element = earlier.get(comment.key)
            if element is None:
                element = etree.SubElement(tree, f"{self.w}comment", {f"{self.w}id": str(next(numbers))})
            states[self._fill(element, comment)] = False
            self._mark(comment, value(element, "id") or "")
        for element in gone:
            last = element[-1] if len(element) else etree.SubElement(element, f"{self.w}p")
            states[self._paragraph_id(last, value(element, "id") or "")] = True
        self._set_marks()
        self.changed[part] = _bytes(tree)
        self._set_states(states)
        self.changed[self.places.part] = _bytes(self.root)
        return Done(len(comments) - len(earlier), len(earlier), len(gone))

    def _numbers(self, comments: Any) -> Iterator[int]:
        """Comment ids that are free."""
        used = {value(element, "id") for element in comments}
        for name in ("commentRangeStart", "commentRangeEnd", "commentReference"):
            used |= {value(element, "id") for element in self.root.iter(self.w + name)}
        return (number for number in range(1_000_000) if str(number) not in used)

    def _fill(self, element: Any, comment: Comment) -> str:
        """Write a comment's words; returns the id of its last paragraph, by which its state is told."""
        old = [value(p, "paraId") for p in element if local(p) == "p"]
        for child in list(element):
            element.remove(child)
        element.set(f"{self.w}author", AUTHOR)
        element.set(f"{self.w}date", f"{self.day.isoformat()}T00:00:00Z")
        element.set(f"{self.w}initials", "ehc")
        for number, line in enumerate(comment.lines):
            paragraph = etree.SubElement(element, f"{self.w}p")
            if not number:
                etree.SubElement(self._run(paragraph), f"{self.w}annotationRef")
            if line.label:
                self._run(paragraph, line.label + (": " if line.words else ""), bold=True)
            if line.words:
                self._run(paragraph, line.words)
        self._run(etree.SubElement(element, f"{self.w}p"), f"{AUTHOR} · finding {comment.key}")
        if old and old[-1]:
            element[-1].set(f"{{{_W14}}}paraId", old[-1])
        return self._paragraph_id(element[-1], comment.key)

    def _run(self, paragraph: Any, words: str = "", *, bold: bool = False) -> Any:
        run = etree.SubElement(paragraph, f"{self.w}r")
        looks = etree.SubElement(run, f"{self.w}rPr")
        if bold:
            etree.SubElement(looks, f"{self.w}b")
        etree.SubElement(looks, f"{self.w}sz", {f"{self.w}val": "20"})
        if words:
            text = etree.SubElement(run, f"{self.w}t", {f"{_XML}space": "preserve"})
            text.text = re.sub("[\ufffe\uffff]", "", bare(words))
        return run

    def _paragraph_id(self, paragraph: Any, seed: str) -> str:
        """The paragraph's id; a new one comes from the seed, so that two runs give the same ([MS-DOCX] 2.5.1.1)."""
        name = f"{{{_W14}}}paraId"
        if not paragraph.get(name):
            used = self._paragraph_ids
            used.update(p.get(name) for p in paragraph.getroottree().getroot().iter(f"{self.w}p"))
            turn = 0
            while True:
                number = int(hashlib.sha256(f"{seed} {turn}".encode()).hexdigest()[:8], 16) & 0x7FFFFFFF
                if number and (made := f"{number:08X}") not in used:
                    break
                turn += 1
            used.add(made)
            paragraph.set(name, made)
        return str(paragraph.get(name))

    def _set_states(self, states: dict[str, bool]) -> None:
        """Open or resolved, by paragraph id; the states of other people's comments stay."""
        part, tree = self._part("commentsExtended", f"{{{_W15}}}commentsEx")
        name, done = f"{{{_W15}}}paraId", f"{{{_W15}}}done"
        known = {element.get(name): element for element in tree}
        for key, resolved in states.items():
            element = known.get(key)
            if element is None:
                element = etree.SubElement(tree, f"{{{_W15}}}commentEx", {name: key})
            element.set(done, "1" if resolved else "0")
        self.changed[part] = _bytes(tree)

    # ------------------------------------------------------------ marks in the text

    def _take_marks(self, ids: set[str]) -> None:
        """Take the marks of these comments out of the text."""
        if not ids:
            return
        for name in ("commentRangeStart", "commentRangeEnd", "commentReference"):
            for element in list(self.root.iter(self.w + name)):
                if value(element, "id") not in ids:
                    continue
                parent = element.getparent()
                parent.remove(element)
                if local(parent) == "r" and all(local(child) == "rPr" for child in parent):
                    parent.getparent().remove(parent)

    def _mark(self, comment: Comment, number: str) -> None:
        """Note down where a comment's marks go; they are set all at once, for runs are split only once."""
        if comment.last is None:
            host = outermost(comment.first)
            self._marks.append((number, host, host) if host is not None else (number, comment.first, None))
            return
        self._marks.append((number, self._edge(comment.first, after=0), self._edge(comment.last, after=1)))

    def _edge(self, spot: Spot, *, after: int) -> Any:
        """The element around which a mark goes, or (run, cut) where the run is to be split."""
        host = outermost(spot.element)
        if host is not None:
            return host
        run = run_of(spot.element)
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

    def _set_marks(self) -> None:
        parts = {run: self._split(run, cuts) for run, cuts in self._cuts.items()}
        tails: dict[Any, Any] = {}
        for number, start, end in self._marks:
            opened, closed, reference = self._mark_elements(number)
            if end is None:  # The paragraph as a whole.
                start.insert(1 if len(start) and local(start[0]) == "pPr" else 0, opened)
                start.extend((closed, reference))
                continue
            first = parts[start[0]][0][start[1]] if isinstance(start, tuple) else start
            last = parts[end[0]][1][end[1]] if isinstance(end, tuple) else end
            first.addprevious(opened)
            tails.get(last, last).addnext(closed)
            closed.addnext(reference)
            tails[last] = reference

    def _mark_elements(self, number: str) -> tuple[Any, Any, Any]:
        name = {f"{self.w}id": number}
        reference = self._new("r")
        if self._reference_style:
            looks = etree.SubElement(reference, f"{self.w}rPr")
            etree.SubElement(looks, f"{self.w}rStyle", {f"{self.w}val": self._reference_style})
        etree.SubElement(reference, f"{self.w}commentReference", name)
        return self._new("commentRangeStart", name), self._new("commentRangeEnd", name), reference

    def _new(self, name: str, attributes: dict[str, str] | None = None) -> Any:
        return self.root.makeelement(self.w + name, attributes or {})

    @property
    def _reference_style(self) -> str:
        """The file's own style for comment marks, where it has one."""
        styles = self.places.reader.styles
        return next((key for key in styles.raw if styles.get(key).name == "annotation reference"), "")

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

    # ------------------------------------------------------------ parts and the archive

    def _part(self, kind: str, root: str) -> tuple[str, Any]:
        """The name and root of a part of the main part; made, with its relation and content type, where there is none.

        A damaged one raises Damaged: what other people said in it is not to be lost.
        """
        relation = next((r for r in self.places.reader.relations if r.kind == kind and not r.outside), None)
        folder = self.places.part.rpartition("/")[0]
        if relation is not None:
            name = relation.target
            tree = self.package.tree(name)
            if tree is not None:
                return name, tree
        else:
            names = (f"{folder}/{kind}{number}.xml".lstrip("/") for number in chain(("",), count(2)))
            name = next(name for name in names if self.package.member(name) is None)
            self._relate(kind, name)
        self._declare(kind, name)
        prefix = "w15" if kind == "commentsExtended" else "w"
        return name, etree.Element(root, nsmap={prefix: root[1:].partition("}")[0]})

    def _relate(self, kind: str, name: str) -> None:
        folder, _, base = self.places.part.rpartition("/")
        part = f"{folder}/_rels/{base}.rels".lstrip("/")
        tree = self._changing(part)
        if tree is None:
            tree = etree.Element(f"{{{_RELATIONS}}}Relationships", nsmap=cast(dict[str, str], {None: _RELATIONS}))
        used = {element.get("Id") for element in tree}
        key = next(f"rId{n}" for n in count(len(used) + 1) if f"rId{n}" not in used)
        etree.SubElement(
            tree,
            f"{{{_RELATIONS}}}Relationship",
            {"Id": key, "Type": _KINDS[kind][self.strict], "Target": name.rpartition("/")[2]},
        )
        self.changed[part] = _bytes(tree)

    def _declare(self, kind: str, name: str) -> None:
        part = "[Content_Types].xml"
        tree = self._changing(part)
        if tree is None:  # Not a whole package; it is not made worse.
            return
        if not any((element.get("PartName") or "").lower() == f"/{name}".lower() for element in tree):
            etree.SubElement(
                tree,
                f"{{{_TYPES}}}Override",
                {"PartName": f"/{name}", "ContentType": f"{_WORD_TYPE}{kind}+xml"},
            )
            self.changed[part] = _bytes(tree)

    def _changing(self, part: str) -> Any:
        return self.package.parse(self.changed[part]) if part in self.changed else self.package.tree(part)

    def write(self, path: Path) -> None:
        """Write the copy; what has not changed is carried over as it is. Raises TooLarge past the limit."""
        changed = {name.lower(): (name, data) for name, data in self.changed.items()}
        package, written = self.package, set[str]()
        left = package.limits.max_expanded
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for info in package.archive.infolist():
                if info.filename in written:  # Nothing reads the second of two parts of one name.
                    continue
                written.add(info.filename)
                member = zipfile.ZipInfo(info.filename, info.date_time)
                member.external_attr, member.create_system = info.external_attr, info.create_system
                member.compress_type = zipfile.ZIP_STORED if not info.compress_type else zipfile.ZIP_DEFLATED
                new = changed.pop(info.filename.replace("\\", "/").lstrip("/").lower(), None)
                if new is not None:
                    archive.writestr(member, new[1])
                    continue
                with package.archive.open(info) as source, archive.open(member, "w") as target:
                    while chunk := source.read(1 << 20):
                        left -= len(chunk)
                        if left < 0:
                            raise TooLarge(f"{package.path}: unpacks to far more than its size.")
                        target.write(chunk)
            for name, data in changed.values():
                archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)


# ---------------------------------------------------------------- where marks can stand


def outermost(element: Any) -> Any:
    """The outermost element around this one that no comment mark may stand inside of; None where there is none.

    Word keeps no marks in text boxes, ruby, equations, and controls whose words it writes itself.
    """
    found, inside = None, False
    for around in element.iterancestors():
        name = local(around)
        closed = (
            (name == "r" and around.tag.startswith(SPACES) and (inside or local(element) == "p"))
            or name in _MATHS
            or name == "AlternateContent"
            or (name == "sdt" and _is_fixed(around))
        )
        inside = inside or name == "r"
        if closed and any(local(one) == "p" and one.tag.startswith(SPACES) for one in around.iterancestors()):
            found = around
    return found


def run_of(element: Any) -> Any:
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


# ---------------------------------------------------------------- XML


def _with_names(root: Any, names: dict[str, str]) -> Any:
    """The same tree with these prefixes declared at its root, and ignorable for a reader that does not know them."""
    known = {address: prefix for prefix, address in root.nsmap.items()}
    free = {prefix: address for prefix, address in names.items() if address not in known}
    told = str(root.get(f"{{{_MC}}}Ignorable") or "").split()
    wanted = [known.get(address) or prefix for prefix, address in names.items()]
    if not free and set(wanted) <= set(told):
        return root
    more = free if _MC in known else {"mc": _MC} | free
    made = etree.Element(root.tag, dict(root.attrib), nsmap=root.nsmap | more)
    made.set(f"{{{_MC}}}Ignorable", " ".join(dict.fromkeys([*told, *wanted])))
    made.extend(list(root))
    return made


def _bytes(root: Any) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))
