"""Word (.docx, .docm, .dotx, .dotm) → Document: the parts of the package, walked and put in order.

Our own walk (``ooxml.walk``), not python-docx, which loses content controls, tracked insertions, text boxes and more.
Nothing that the file points at outside itself is ever opened.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ehcaudit.errors import Damaged, Empty, InputError, Unsupported
from ehcaudit.model import Block, Document, KeptApart, Mark, Warning
from ehcaudit.readers.base import OLE, Clock, Limits
from ehcaudit.readers.ooxml.grids import State
from ehcaudit.readers.ooxml.numbering import Numbering
from ehcaudit.readers.ooxml.styles import SPACES, Styles, local, value
from ehcaudit.readers.ooxml.walk import Paragraph, Walk

if TYPE_CHECKING:
    from ehcaudit.readers.ooxml.package import Package

SUFFIXES = (".docx", ".docm", ".dotx", ".dotm")

_SENTENCES = {
    "image-not-read": "Pictures were not read: words in them are not audited.",
    "embedded-object": "Embedded objects (another document, a sheet) were not read.",
    "smartart-not-read": "SmartArt diagrams were not read.",
    "chart-not-read": "Only the titles of charts were read, not their figures.",
    "altchunk-not-read": "A part that is inserted from another file was not read; open the file in Word and save it.",
    "subdocument-not-read": "A linked sub-document was not read.",
    "symbol-not-shown": "Signs from a picture font (such as Webdings) have no letter and were left out.",
    "part-not-read": "A side part of the file (styles, numbering, notes, a header) is damaged and was left out.",
}


def sniff(start: bytes) -> bool:
    """A zip archive, or the OLE container of an encrypted or old Word file (refused with a sentence of its own)."""
    return start.startswith((b"PK\x03\x04", b"PK\x05\x06", OLE))


def read_original(path: Path, limits: Limits) -> Document:
    """The same file as if every tracked change were rejected, and nothing struck through."""
    return read(path, limits, original=True)


def read(path: Path, limits: Limits, *, original: bool = False) -> Document:
    """Read a Word file. Raises InputError with one sentence that says what is wrong and what to do."""
    from ehcaudit.readers.ooxml.package import open_package

    with path.open("rb") as handle:
        package = open_package(path, limits, handle)
        with package.archive:
            document = PackageReader(package, Clock.start(path, limits), original=original).document()
        handle.seek(0)
        digest = hashlib.sha256()
        while chunk := handle.read(1 << 20):
            digest.update(chunk)
        return replace(document, sha256=digest.hexdigest())


# ---------------------------------------------------------------- from paragraphs to blocks


_ORIGINALLY = {"inserted": "added", "deleted": "live", "moved-from": "live", "struck-through": "live"}
"""What a stretch was before the changes, by what it is now."""


def _settle(
    paragraph: Paragraph, original: bool = False
) -> tuple[str, tuple[Mark, ...], bool, list[tuple[str, str, str, str]]]:
    """White space normalised over the whole paragraph; ``original``: with its changes rejected.

    Gives text, marks, whether all of it is bold, and what is kept apart as (kind, text, author, date).
    """
    pieces, base = paragraph.pieces, paragraph.look
    if not base.apart:
        try:
            text = " ".join("".join(pieces).split())  # type: ignore[arg-type]
        except TypeError:  # Some piece has a look or a state of its own.
            pass
        else:
            if not base.kinds or not text:
                return text, (), False, []
            marks = tuple(Mark(kind, 0, len(text)) for kind in base.kinds)  # type: ignore[arg-type]
            return text, marks, "bold" in base.kinds, []
    text, loose, marked, bold = "", False, list[Mark](), True
    apart: list[tuple[str, list[str], str, str]] = []
    unbroken = False
    for piece in pieces:
        words, look, state, author, when = (piece, base, "live", "", "") if isinstance(piece, str) else piece
        if state in ("live", "inserted") and look.apart:
            state = look.apart if not original or state == "live" else state
        put_back = False
        if original:
            put_back = state in ("deleted", "moved-from", "struck-through")
            state = _ORIGINALLY.get(state, state)
        if state not in ("live", "inserted"):
            if unbroken and (apart[-1][0], *apart[-1][2:]) == (state, author, when):
                apart[-1][1].append(words)
            else:
                apart.append((state, [words], author, when))
            unbroken = True
            continue
        unbroken = False
        bare = " ".join(words.split())
        if not bare:
            loose = True
            continue
        if (loose or words[0].isspace()) and text:
            text += " "
        start, loose = len(text), words[-1].isspace()
        text += bare
        bold = bold and "bold" in look.kinds
        marked += [Mark(kind, start, len(text)) for kind in look.kinds]  # type: ignore[arg-type]
        if put_back:
            marked.append(Mark("put-back", start, len(text), author, when))
        if state == "inserted":
            marked.append(Mark("inserted", start, len(text), author, when))
    kept = [(kind, " ".join("".join(parts).split()), author, when) for kind, parts, author, when in apart]
    return text, _joined(marked), bold and bool(text), [one for one in kept if one[1]]


def _joined(marks: list[Mark]) -> tuple[Mark, ...]:
    """Neighbouring stretches of the same kind (nothing or a space between them) as one."""
    last: dict[tuple[str, str, str], int] = {}
    joined: list[Mark] = []
    for mark in marks:
        key = (mark.kind, mark.author, mark.when)
        at = last.get(key)
        if at is not None and mark.start <= joined[at].end + 1:
            joined[at] = replace(joined[at], end=mark.end)
        else:
            last[key] = len(joined)
            joined.append(mark)
    return tuple(sorted(joined, key=lambda mark: (mark.start, mark.end, mark.kind)))


@dataclass(slots=True)
class _Blocks:
    """Paragraphs → blocks, with what is kept apart and the notes they refer to."""

    walk: Walk
    original: bool = False
    notes: dict[tuple[str, str], tuple[Walk, Any]] = field(default_factory=dict)
    """(footnotes or endnotes, id) → the walk of that part and the note's element, until it is entered."""
    comments: dict[str, KeptApart] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)
    apart: list[KeptApart] = field(default_factory=list)
    images: list[int] = field(default_factory=list)

    def add(self, paragraphs: Iterable[Paragraph], kind: str = "") -> None:
        """Enter paragraphs in order, each followed by its text boxes and its notes (a note where first referred to)."""
        todo = [(one, kind) for one in paragraphs]
        todo.reverse()
        while todo:
            one, as_kind = todo.pop()
            self._one(one, as_kind)
            if not len(self.blocks) & 0x3FF:
                self.walk.clock.check()
            if one.notes or one.boxes:
                after = [(box, as_kind) for box in one.boxes]
                for home, key, state in one.notes:
                    if (found := self.notes.pop((home, key), None)) is not None:
                        walk, element = found
                        after += [(note, "note") for note in walk.over(element, state)]
                todo += reversed(after)

    def _one(self, one: Paragraph, as_kind: str) -> None:
        text, marks, bold, apart = _settle(one, self.original)
        label = one.label
        if not text and re.search("[^\\W\\d_]{3}", label) and not one.pieces:
            text, label = label, ""  # "Section F" may stand in the numbering alone.
        if text:
            cell = self.walk.grids.whole(one.cell) if one.cell is not None else None
            self.blocks.append(
                Block(
                    len(self.blocks),
                    as_kind or one.kind,  # type: ignore[arg-type]
                    text,
                    one.path,
                    anchor=one.anchor,
                    label=label,
                    level=one.level,
                    bold=bold,
                    cell=cell,
                    marks=marks,
                )
            )
        here = len(self.blocks) - 1
        for kind, words, author, when in apart:
            self.apart.append(
                KeptApart(kind, words, one.path, here if here >= 0 else None, author, when)  # type: ignore[arg-type]
            )
        if one.pictures:
            self.images += [here] * one.pictures
        for key in one.comments:
            if found := self.comments.pop(key, None):
                self.apart.append(replace(found, block=here if here >= 0 else None, path=one.path))


# ---------------------------------------------------------------- from parts to a document


class PackageReader:
    """One package on its way to a Document."""

    def __init__(self, package: Package, clock: Clock, *, original: bool = False) -> None:
        self.package, self.clock, self.path = package, clock, package.path
        self.original = original
        self.warnings: Counter[str] = Counter()
        self.main = self._main()
        self.root = package.tree(self.main)
        if local(self.root) != "document" or not self.root.tag.startswith(SPACES):
            raise Damaged(f"{self.path}: its main part is not a Word document; open it in Word and save it as .docx.")
        self.relations = package.relations(self.main)
        self.styles = Styles.of(self._side("styles"))
        self.numbering = Numbering.of(self._side("numbering"))

    def _main(self) -> str:
        for relation in self.package.relations(""):
            if relation.kind == "officeDocument" and not relation.outside and self.package.member(relation.target):
                if relation.target.lower().startswith(("xl/", "ppt/")):
                    break
                return relation.target
        else:
            if self.package.member("word/document.xml"):
                return "word/document.xml"
        from ehcaudit.readers.ooxml.package import not_word

        what = not_word(self.package)
        if what.startswith("a zip"):
            raise Damaged(f"{self.path}: is {what}; look for another copy of the plan.")
        raise Unsupported(f"{self.path}: is not a Word file but {what}; save the plan as .docx.")

    def _parts(self, kind: str) -> list[str]:
        return list(dict.fromkeys(r.target for r in self.relations if r.kind == kind and not r.outside))

    def _side(self, kind: str) -> Any:
        """The root of a part that the text can do without; a damaged one is left out with a warning."""
        return next((root for part in self._parts(kind) if (root := self._tree(part)) is not None), None)

    def _tree(self, part: str) -> Any:
        try:
            return self.package.tree(part)
        except Damaged:
            self.warnings["part-not-read"] += 1
            return None

    def _walk(self, part: str) -> Walk:
        def related(key: str) -> tuple[str, Any]:
            relations = self.package.relations(part)
            target = next((one.target for one in relations if one.id == key and not one.outside), "")
            return target, self.package.tree(target) if target else None

        return Walk(self.clock, part, self.styles, self.numbering, self.warnings, self.original, related)

    def document(self) -> Document:
        """Everything together."""
        walk = self._walk(self.main)
        paragraphs = walk.over(self.root)
        made = _Blocks(walk, self.original)
        for kind in ("footnotes", "endnotes"):
            if (tree := self._side(kind)) is not None:
                inner = walk.aside(kind)
                for note in tree:
                    if not (value(note, "type") or "").startswith(("separator", "continuation")):
                        made.notes[kind, value(note, "id") or ""] = inner, note
        self._comments(made, walk)
        made.add(paragraphs)
        for (_, _), (inner, note) in list(made.notes.items()):
            # Word shows no note that nothing refers to any more.
            for one in inner.over(note, State(where="note that nothing refers to")):
                text, _, _, _ = _settle(one, self.original)
                if text:
                    made.apart.append(
                        KeptApart("hidden", text, one.path, len(made.blocks) - 1 if made.blocks else None)
                    )
        made.apart += [
            replace(left, block=len(made.blocks) - 1 if made.blocks else None) for left in made.comments.values()
        ]
        margins = self._margins(made)
        self._count_parts(made)
        if not made.blocks and not made.apart:
            raise self._empty(made)
        warnings = tuple(Warning(kind, _SENTENCES[kind], n) for kind, n in sorted(self.warnings.items()) if n)
        return Document(
            str(self.path),
            "",
            "docx",
            tuple(made.blocks),
            walk.grids.tables(),
            margins,
            tuple(made.apart),
            tuple(made.images),
            self._properties(),
            warnings,
        )

    def _comments(self, made: _Blocks, walk: Walk) -> None:
        tree = self._side("comments")
        for comment in tree if tree is not None else ():
            inner = walk.aside("comments")
            found = inner.over(comment, State(where="comment"))
            words = " ".join(text for one in found if (text := _settle(one, self.original)[0]))
            if words:
                made.comments[value(comment, "id") or ""] = KeptApart(
                    "comment", words, "comment", None, value(comment, "author") or "", value(comment, "date") or ""
                )

    def _margins(self, made: _Blocks) -> tuple[Block, ...]:
        """Headers and footers, each distinct line once."""
        lines: dict[tuple[str, str], Block] = {}
        for kind in ("header", "footer"):
            for part in self._parts(kind):
                root = self._tree(part)
                if root is None:
                    continue
                walk = self._walk(part)
                inner = _Blocks(walk, self.original)
                inner.add(walk.over(root, State(where=f"page {kind}")))
                for block in inner.blocks:
                    if (kind, block.text) not in lines:
                        number = len(made.blocks) + len(lines)
                        lines[kind, block.text] = replace(
                            block,
                            id=number,
                            kind=kind,
                            path=f"page {kind}",
                            cell=None,
                            level=None,
                        )
                known = {(one.kind, one.text, one.path) for one in made.apart}
                for one in inner.apart:
                    one = replace(one, path=f"page {kind}", block=None)
                    if (one.kind, one.text, one.path) not in known:
                        made.apart.append(one)
                if inner.images:
                    self.warnings["image-not-read"] += len(inner.images)
        return tuple(lines.values())

    def _count_parts(self, made: _Blocks) -> None:
        """What stands in parts of its own and was not read."""
        objects = len(self._parts("package")) + len(self._parts("oleObject"))
        self.warnings["embedded-object"] = max(self.warnings["embedded-object"], objects)
        self.warnings["altchunk-not-read"] = max(self.warnings["altchunk-not-read"], len(self._parts("aFChunk")))
        self.warnings["image-not-read"] += len(made.images)

    def _empty(self, made: _Blocks) -> InputError:
        if self.warnings["altchunk-not-read"]:
            why = "all its content is inserted from another file; open it in Word, save it and retry"
        elif made.images or self.warnings["image-not-read"]:
            why = "its content is pictures (a scan), without words; ask for the Word file, or run text recognition"
        elif self.warnings["embedded-object"] or self.warnings["subdocument-not-read"]:
            why = "its content is an embedded object; save that as a Word file of its own"
        else:
            why = "there are no words in it; look for another copy"
        return Empty(f"{self.path}: {why}.")

    def _properties(self) -> dict[str, str]:
        for relation in self.package.relations(""):
            if relation.kind.endswith("core-properties") and not relation.outside:
                root = self._tree(relation.target)
                return {local(child): child.text for child in (root if root is not None else ()) if child.text}
        return {}
