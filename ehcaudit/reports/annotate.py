"""An open Word file, and comments to make → a copy whose words are the same ([MS-DOCX]; marks are ``marks``' matter).

Only the main part, the comments, their states, the relationships and the content types change. A comment of ours ends
with a line that names its rule, its finding and a seal over its words, so that it is known again, and known to have
been written in by a person.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from lxml import etree

from ehcaudit.readers.ooxml.places import Places, Spot
from ehcaudit.readers.ooxml.styles import SPACES, local, value
from ehcaudit.reports.base import bare, spoken
from ehcaudit.reports.marks import Marks
from ehcaudit.reports.rewrite import Rewrite

AUTHOR = "ehcaudit"
_SIGNED = re.compile(
    r"Rule: (?P<rule>[^\s·]+)(?: · section (?P<section>\w+))?"
    r" · finding (?P<key>[0-9a-f]{16}) · (?P<seal>[0-9a-f]{8})"
)
_ENDED = re.compile(r"No longer reported by ehcaudit on \d+ [A-Z][a-z]+ \d+\.")
_XML = "{http://www.w3.org/XML/1998/namespace}"
_MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
_W15 = "http://schemas.microsoft.com/office/word/2012/wordml"
_PARAGRAPH_ID, _STATE_ID = f"{{{_W14}}}paraId", f"{{{_W15}}}paraId"
_PARENT, _CLOSED = f"{{{_W15}}}paraIdParent", f"{{{_W15}}}done"
_SIZE, _SMALL = "20", "16"
"""Half points: of a comment's words, and of the line that it is known by."""


class Line(NamedTuple):
    """One paragraph of a comment."""

    label: str
    words: str


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment to make."""

    rule: str
    section: str
    key: str
    """The finding's fingerprint; with it the comment is known again."""
    lines: tuple[Line, ...]
    first: Spot | Any
    """The first character that it is about, or the paragraph as an element."""
    last: Spot | None = None

    @property
    def signature(self) -> str:
        """Its last line."""
        section = f" · section {self.section}" if self.section else ""
        seal = _seal("".join(f"{line.label}: {line.words}" for line in self.lines))
        return f"Rule: {self.rule}{section} · finding {self.key} · {seal}"


class Done(NamedTuple):
    """What was done to a copy."""

    made: int
    replaced: int
    resolved: int
    """Earlier ones of ours whose finding is gone."""
    closed: int = 0
    """Of those replaced: resolved by a person, though the finding stands. They stay resolved."""


@dataclass(eq=False)
class _Earlier:
    """A comment of ours that is there already."""

    element: Any
    key: str
    rule: str
    section: str
    seal: str
    ended: bool
    """It says that its finding is gone."""
    span: tuple[int, int] | None
    replies: tuple[Any, ...]

    @property
    def own(self) -> bool:
        """Nobody but us has written in it."""
        return self.seal == _seal(_ENDED.sub("", _SIGNED.sub("", _words(self.element))))

    def meets(self, reach: tuple[int, int]) -> bool:
        """It is about some of these words."""
        return self.span is not None and self.span[0] <= reach[1] and reach[0] <= self.span[1]


@dataclass
class Copy:
    """A copy of one Word file in the making."""

    places: Places
    day: date
    """The day that the comments bear."""

    def __post_init__(self) -> None:
        self.root = self.places.root
        strict = str(self.root.tag).startswith(SPACES[1])
        self.w = SPACES[strict]
        self.parts = Rewrite(self.places.package, self.places.part, strict)
        self.marks = Marks(self.root, self._style("annotation reference"))
        self._paragraph_ids = {p.get(_PARAGRAPH_ID) for p in self.root.iter(f"{self.w}p")}

    # ------------------------------------------------------------ comments

    def comment(self, comments: Sequence[Comment], judged: Callable[[str, str], bool] = lambda *_: True) -> Done:
        """Put the comments in, in place of our own earlier ones.

        An earlier one whose finding is gone is marked resolved, with its replies, where ``judged`` says of its rule and
        section that they were judged at all. One that a person has resolved stays so while its finding stands.
        """
        part, tree = self.parts.side("comments", f"{self.w}comments", "w")
        states_part, states = self.parts.side("commentsExtended", f"{{{_W15}}}commentsEx", "w15")
        tree = _with_names(tree, {"w14": _W14})
        self._paragraph_ids |= {p.get(_PARAGRAPH_ID) for p in tree.iter(f"{self.w}p")}
        self._states = {element.get(_STATE_ID): element for element in states}
        earlier = list(self._earlier(tree))
        pairs = self._pairs(comments, earlier)
        kept = set(pairs.values())
        gone = [one for one in earlier if one not in kept and not one.ended and judged(one.rule, one.section)]
        if not comments and not gone:
            self.parts.changed.clear()
            return Done(0, 0, 0)
        threads = {one: [one.element, *one.replies] for one in kept}
        self.marks.take({_id(element) for thread in threads.values() for element in thread})
        numbers = self._numbers(tree)
        closed = 0
        for comment in comments:
            one = pairs.get(comment)
            if one is None:
                element = etree.SubElement(tree, f"{self.w}comment", {f"{self.w}id": next(numbers)})
                self._fill(element, comment)
                self._tell(states, element, False)
            else:
                element = one.element
                closed += self._renew(one, comment, states)
            thread = [element] if one is None else threads[one]
            self.marks.want([_id(element) for element in thread], comment.first, comment.last)
        for one in gone:
            self._end(one, states)
        self.marks.put()
        self.parts.put(part, tree)
        self.parts.put(states_part, states)
        self.parts.put(self.places.part, self.root)
        return Done(len(comments) - len(pairs), len(pairs), len(gone), closed)

    def write(self, path: Any) -> None:
        """Write the copy. Raises Damaged."""
        self.parts.save(path)

    def _earlier(self, tree: Any) -> Iterator[_Earlier]:
        """Our own comments, in their order, with what other people answered.

        Word may take authors' names out when it saves, so a comment with our seal over all of its words is ours too.
        """
        ours = [element for element in tree if local(element) == "comment" and _SIGNED.search(_words(element))]
        if not ours:
            return
        spans = self.marks.spans()
        homes = {p.get(_PARAGRAPH_ID): element for element in tree for p in element.iter(f"{self.w}p")}
        answers: dict[Any, list[Any]] = defaultdict(list)
        for key in self._states:
            if (reply := homes.get(key)) is not None and (first := homes.get(self._head(key))) not in (None, reply):
                answers[first].append(reply)
        replies = {reply for thread in answers.values() for reply in thread}
        for element in ours:
            words = _words(element)
            signed = list(_SIGNED.finditer(words))[-1]
            one = _Earlier(
                element,
                signed["key"],
                signed["rule"],
                signed["section"] or "",
                signed["seal"],
                bool(_ENDED.search(words)),
                spans.get(_id(element)),
                tuple(dict.fromkeys(answers[element])),
            )
            if element not in replies and (one.own or value(element, "author") == AUTHOR):
                yield one

    def _head(self, key: str | None) -> str | None:
        """The paragraph id of the comment that a thread began with."""
        seen = set()
        while key not in seen and key in self._states and self._states[key].get(_PARENT):
            seen.add(key)
            key = self._states[key].get(_PARENT)
        return key

    def _pairs(self, comments: Sequence[Comment], earlier: Sequence[_Earlier]) -> dict[Comment, _Earlier]:
        """Which earlier comment each is the successor of: about the same finding at the same place; about the same
        words, in part, by the same rule (somebody has changed the sentence); or the finding, wherever it stands now.
        """
        if not earlier:
            return {}
        reach = {comment: self.marks.reach(comment.first, comment.last) for comment in comments}
        found: dict[Comment, _Earlier] = {}
        free = list(earlier)

        def pair(fits: Callable[[Comment, _Earlier], bool]) -> None:
            for comment in comments:
                if comment not in found and (one := next((one for one in free if fits(comment, one)), None)):
                    found[comment] = one
                    free.remove(one)

        free.sort(key=lambda one: one.ended)
        pair(lambda comment, one: one.key == comment.key and one.meets(reach[comment]))
        pair(lambda comment, one: comment.last is not None and one.rule == comment.rule and one.meets(reach[comment]))
        pair(lambda comment, one: one.key == comment.key)
        return found

    def _numbers(self, comments: Any) -> Iterator[str]:
        """Comment ids that are free."""
        used = {_id(element) for element in comments} | self.marks.ids()
        return (str(number) for number in range(1_000_000) if str(number) not in used)

    # ------------------------------------------------------------ one comment

    def _renew(self, one: _Earlier, comment: Comment, states: Any) -> bool:
        """Bring an earlier comment up to date. Returns whether a person has resolved it, and so it stays."""
        if not one.own:  # Somebody has written in it: their words stay, and what is ours may be out of date.
            for paragraph in [p for p in one.element if _ENDED.fullmatch(_words(p).strip())]:
                one.element.remove(paragraph)
            for text in one.element.iter(f"{self.w}t"):
                text.text = _SIGNED.sub(comment.signature.rpartition(" · ")[0] + f" · {one.seal}", text.text or "")
        elif one.ended or _SIGNED.search(_words(one.element))[0] != comment.signature:  # type: ignore[index]
            self._fill(one.element, comment)
        if one.ended:
            for element in (one.element, *one.replies):
                self._tell(states, element, False)
        return self._is_closed(one.element)

    def _end(self, one: _Earlier, states: Any) -> None:
        """Say in an earlier comment that its finding is gone, and mark its thread resolved."""
        last = one.element[-1] if len(one.element) else etree.SubElement(one.element, f"{self.w}p")
        said = self._paragraph()
        self._run(said, f"No longer reported by {AUTHOR} on {spoken(self.day)}.", bold=True)
        last.addprevious(said)
        for element in (one.element, *one.replies):
            self._tell(states, element, True)

    def _fill(self, element: Any, comment: Comment) -> None:
        """Write a comment's words; its last paragraph keeps the id by which its state and its replies are told."""
        old = element[-1].get(_PARAGRAPH_ID) if len(element) else None
        for child in list(element):
            element.remove(child)
        element.set(f"{self.w}author", AUTHOR)
        element.set(f"{self.w}date", f"{self.day.isoformat()}T00:00:00Z")
        element.set(f"{self.w}initials", "ehc")
        for number, line in enumerate(comment.lines):
            paragraph = self._paragraph()
            element.append(paragraph)
            if not number:
                run = self._run(paragraph)
                if self.marks.style:
                    run[0].insert(0, run.makeelement(f"{self.w}rStyle", {f"{self.w}val": self.marks.style}))
                etree.SubElement(run, f"{self.w}annotationRef")
            if line.label:
                self._run(paragraph, line.label + (": " if line.words else ""), bold=True)
            if line.words:
                self._run(paragraph, line.words)
        signed = self._paragraph()
        element.append(signed)
        self._run(signed, comment.signature, size=_SMALL)
        if old:
            signed.set(_PARAGRAPH_ID, old)

    def _paragraph(self) -> Any:
        paragraph = self.root.makeelement(f"{self.w}p")
        if style := self._style("annotation text"):
            looks = etree.SubElement(paragraph, f"{self.w}pPr")
            etree.SubElement(looks, f"{self.w}pStyle", {f"{self.w}val": style})
        return paragraph

    def _run(self, paragraph: Any, words: str = "", *, bold: bool = False, size: str = _SIZE) -> Any:
        run = etree.SubElement(paragraph, f"{self.w}r")
        looks = etree.SubElement(run, f"{self.w}rPr")
        if bold:
            etree.SubElement(looks, f"{self.w}b")
        etree.SubElement(looks, f"{self.w}sz", {f"{self.w}val": size})
        etree.SubElement(looks, f"{self.w}lang", {f"{self.w}val": "en-GB"})
        if words:
            text = etree.SubElement(run, f"{self.w}t", {f"{_XML}space": "preserve"})
            text.text = _sayable(words)
        return run

    def _style(self, name: str) -> str:
        """The file's own style of that name, where it has one."""
        return self._styles.get(name, "")

    @cached_property
    def _styles(self) -> dict[str, str]:
        styles = self.places.reader.styles
        return {styles.get(key).name: key for key in reversed(styles.raw)}

    # ------------------------------------------------------------ states

    def _tell(self, states: Any, element: Any, closed: bool) -> None:
        """Open or resolved, by the id of a comment's last paragraph ([MS-DOCX] 2.5.4.1)."""
        last = element[-1] if len(element) else etree.SubElement(element, f"{self.w}p")
        key = self._identified(last, _id(element))
        state = self._states.get(key)
        if state is None:
            state = self._states[key] = etree.SubElement(states, f"{{{_W15}}}commentEx", {_STATE_ID: key})
        state.set(_CLOSED, "1" if closed else "0")

    def _is_closed(self, element: Any) -> bool:
        state = self._states.get(element[-1].get(_PARAGRAPH_ID)) if len(element) else None
        return state is not None and state.get(_CLOSED) in ("1", "true", "on")

    def _identified(self, paragraph: Any, seed: str) -> str:
        """The paragraph's id; a new one comes from its words, so that two runs give the same ([MS-DOCX] 2.5.1.1)."""
        if not paragraph.get(_PARAGRAPH_ID):
            used = self._paragraph_ids
            turn = 0
            while True:
                seeded = f"{_words(paragraph)} {seed} {turn}".encode("utf-8", "surrogatepass")
                number = int(hashlib.sha256(seeded).hexdigest()[:8], 16) & 0x7FFFFFFF
                if number and (made := f"{number:08X}") not in used:
                    break
                turn += 1
            used.add(made)
            paragraph.set(_PARAGRAPH_ID, made)
        return str(paragraph.get(_PARAGRAPH_ID))


# ---------------------------------------------------------------- words and names


def _id(comment: Any) -> str:
    return value(comment, "id") or ""


def _words(element: Any) -> str:
    """What is written in a comment or a paragraph of it."""
    return "".join(str(text.text or "") for text in element.iter() if local(text) == "t")


def _sayable(words: str) -> str:
    return re.sub("[\ufffe\uffff]", "", bare(words))


def _seal(words: str) -> str:
    """Eight hex digits over the letters and figures of these words: programs that save a file may change its spaces."""
    return hashlib.sha256("".join(re.findall(r"\w", _sayable(words))).encode()).hexdigest()[:8]


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
