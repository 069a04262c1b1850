"""Lines → paragraphs: where one ends is judged by what would still have fitted on its last line, by the distance
to the next line, by looks, by indents and by bullets and numbers that stand apart.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from ehcaudit.model import Mark
from ehcaudit.readers.pdfium.known import words_known
from ehcaudit.readers.pdfium.lines import Line, gap_before
from ehcaudit.readers.pdfium.page import Run

_BULLETS = frozenset("•◦▪■●○►➢✓❖·⁃∙‣⬧⧫◆▫□")
_MAYBE_BULLETS = frozenset("-–—o§*»")
_NUMBER = re.compile(
    r"\(?(?:\d{1,3}(?:\.\d{1,3}){0,4}|[A-Za-z]|[ivxIVX]{1,6}|[A-Z]\d{1,3})[.):]{1,2}|\d{1,3}(?:\.\d{1,3}){1,4}"
)
_PREFIX = re.compile(r"[A-Z][\w ’'/()&-]{1,40}:")
_ENDS = frozenset(".!?:;")
_FIRST = re.compile(r"[\"“‘(]?(\w+)")
_SOURCE = re.compile(r"[.!?][\"'”’]* \([^()]{1,12}\)$")
_SOURCE_AMID = re.compile(r"[.!?][\"'”’]* \([^()]{1,12}\) \S")
"""A reference behind a sentence ("… each day. (K4)"), at the end and before more words."""


@dataclass(slots=True)
class Paragraph:
    """Lines that are one paragraph."""

    lines: list[Line]
    label: str = ""
    label_x: float = 0.0
    first_x: float = 0.0


@dataclass(slots=True)
class Pitches:
    """The usual distance of base lines inside a paragraph, as a multiple of the size, for body and cells."""

    samples: dict[tuple[bool, int], list[float]] = field(default_factory=dict)
    known: dict[tuple[bool, int], float] = field(default_factory=dict)
    full: Counter[tuple[bool, bool]] = field(default_factory=Counter)
    """(in cells, whether space follows) of full lines at whose end a sentence ends, by how often."""
    starts: Counter[str] = field(default_factory=Counter)
    """Words before a colon that begin a paragraph beyond doubt ("How long:"), by how often."""

    firsts: Counter[tuple[str, bool]] = field(default_factory=Counter)
    """(first word of a sentence, whether a paragraph begins with it), by how often; where either is beyond doubt."""
    kept: list[list[Line]] = field(default_factory=list)
    """Lines whose sentences are counted when first they are asked for."""
    sources: Counter[bool] = field(default_factory=Counter)
    """Whether a paragraph ends with a reference behind a sentence, by how often."""

    def parts(self, last: Line, line: Line) -> bool:
        """Whether a paragraph ends with a sentence on a full line, by how the document's paragraphs begin and end.

        Where nothing stands between paragraphs, nothing but the words can tell: most begin with the child's name or
        "A …", while "She …" goes on. Only a clear case counts, for a sentence joined wrongly costs less than one torn.
        """
        for text in (run.text for lines in self.kept for one in lines for run in one.runs if ". " in run.text):
            for rest in text.split(". ")[1:]:
                if begun := _FIRST.match(rest):
                    self.firsts[begun[1], False] += 1
            if ") " in text:
                self.sources[False] += len(_SOURCE_AMID.findall(text))
        self.kept.clear()
        if _SOURCE.search(last.runs[-1].text) and self.sources[True] > 2 and not self.sources[False]:
            return True
        word = _FIRST.match(line.runs[0].text)
        if word is None:
            return False
        begins, goes_on = self.firsts[word[1], True], self.firsts[word[1], False]
        return begins > 2 and begins > 2 * goes_on

    def starts_anew(self, last: Line, line: Line) -> bool:
        """Whether a line begins with a label: one that begins other paragraphs, or follows a sentence or a label."""
        prefix = _PREFIX.match(line.runs[0].text)
        if prefix is None:
            return False
        if self.starts[prefix[0]] > 1:
            return True
        before = last.runs[0].text
        return len(prefix[0].split()) <= 4 and bool(ended(last.runs[-1].text) or _PREFIX.match(before))

    def learn(self, lines: list[Line], inside: bool) -> None:
        """Look at lines that follow one another because the next word had no room."""
        self.kept.append(lines)
        for one, two in pairwise(lines):
            if one.page != two.page or two.label or one.column != two.column:
                continue
            if fits(one, two):
                if ":" in (text := two.runs[0].text) and (prefix := _PREFIX.match(text)):
                    self.starts[prefix[0]] += 1
                if ended(end := one.runs[-1].text):
                    if word := _FIRST.match(text):
                        self.firsts[word[1], True] += 1
                elif end[-1:] == ")" and _SOURCE.search(end):
                    self.sources[True] += 1
            elif abs(one.size - two.size) < 0.3:
                if ended(one.runs[-1].text):
                    self.full[inside, two.base - one.base > 1.7 * one.size] += 1
                found = self.samples.setdefault((inside, round(one.size * 2)), [])
                if len(found) < 4000:
                    found.append((two.base - one.base) / (one.size or 1))

    def usual(self, size: float, inside: bool) -> float:
        """The usual distance as a multiple of the size."""
        key = inside, round(size * 2)
        found = self.known.get(key)
        if found is None:
            samples = self.samples.get(key) or []
            if len(samples) < 4:
                samples = samples + [s for (_, _), more in self.samples.items() for s in more][:4000]
            good = [s for s in samples if 0.8 < s < 2.2]
            found = self.known[key] = median(good) if len(good) >= 3 else 1.3
        return found


def ended(text: str) -> bool:
    """Whether a sentence (or what leads to a list) ends with these words."""
    return text.rstrip("\"'”’)]")[-1:] in _ENDS


def find_label(line: Line, following: Line | None) -> None:
    """Take a bullet or number off a line where it stands apart from the words."""
    first = line.runs[0]
    text = first.text
    if len(text) > 8 and text[0] not in _BULLETS:
        return
    if len(line.runs) > 1 and len(text) <= 8:
        second = line.runs[1]
        distance = second.x0 - first.x1
        bullet = _bullet(text)
        if bullet:
            if text in _MAYBE_BULLETS and distance < 0.4 * line.size:
                return
        elif not _NUMBER.fullmatch(text):
            return
        else:
            hanging = (
                following is not None
                and abs(following.x0 - second.x0) < 2
                and second.x0 - first.x0 > 0.8 * line.size
                and following.page == line.page
            )
            if distance < (0.2 if hanging else 0.45) * line.size:
                return
        line.label, line.label_x = bullet or text, line.x0
        line.runs = line.runs[1:]
        line.x0 = line.runs[0].x0
        line.size = max(line.runs, key=lambda run: len(run.text)).style.size
        line.bold = all(run.style.bold for run in line.runs)
    elif text[0] in _BULLETS and text[1:2] == " " and len(text) > 2:
        rest = text[1:].lstrip()
        shift = (first.x1 - first.x0) * (len(text) - len(rest)) / len(text)
        line.label, line.label_x = text[0], line.x0
        first.text, first.x0 = rest, first.x0 + shift
        line.x0 = first.x0


def is_label(text: str) -> bool:
    """Whether words can be a bullet or an automatic number."""
    return len(text) <= 8 and bool(_bullet(text) or _NUMBER.fullmatch(text))


def _bullet(text: str) -> str:
    if len(text) != 1:
        return ""
    if "\ue000" <= text <= "\uf8ff":
        return "•"
    return text if text in _BULLETS or text in _MAYBE_BULLETS else ""


def fits(one: Line, two: Line) -> bool:
    """Whether the first word of the second line had room on the first: then somebody ended the line there."""
    first = two.runs[0]
    word = first.first - first.x0
    return one.x1 + 0.32 * one.size + word <= one.box[1] - 1.3


def paragraphs_of(lines: list[Line], pitches: Pitches, inside: bool) -> Iterator[Paragraph]:
    """The paragraphs of one region's lines."""
    made: Paragraph | None = None
    for line in lines:
        if made is not None and not line.label and _goes_on(made, line, pitches, inside):
            made.lines.append(line)
            continue
        if made is not None:
            yield made
        made = Paragraph([line], line.label, line.label_x, line.x0)
    if made is not None:
        yield made


def _goes_on(made: Paragraph, line: Line, pitches: Pitches, inside: bool) -> bool:
    last = made.lines[-1]
    if abs(last.size - line.size) > 0.7 or fits(last, line):
        return False
    if last.bold != line.bold and (last.bold or line.bold):
        # A bold lead-in may run into the next line; a bold line over plain ones is a heading.
        if last.bold and (not line.runs[0].style.bold):
            return False
        if line.bold and not last.runs[-1].style.bold:
            return False
    if ":" in line.runs[0].text and pitches.starts_anew(last, line):
        return False
    end, low = last.runs[-1].text, line.runs[0].text[:1].islower()
    over = ended(end)
    if not low and (over or (end[-1:] == ")" and _SOURCE.search(end))) and pitches.parts(last, line):
        return False
    if last.page != line.page or last.column != line.column:
        if over and not low:  # Inside a page, do paragraphs or mere sentences end on a full line?
            return not last.bold and pitches.full[inside, False] > pitches.full[inside, True]
        return low or not last.bold
    pitch = (line.base - last.base) / (line.size or 1)
    usual = pitches.usual(line.size, inside)
    if pitch > max(usual * 1.22, usual + 0.18) or pitch < 0.5:
        return False
    rest = made.lines[1].x0 if len(made.lines) > 1 else None
    size = line.size or 1
    if rest is None:
        if made.label:
            return line.x0 > made.label_x - 2
        shift = line.x0 - made.first_x
        return not (shift > 1.5 * size and over) and not (shift < -3.2 * size)
    shift = line.x0 - rest
    centred = abs((line.x0 + line.x1) / 2 - (last.x0 + last.x1) / 2) < 3
    return centred or abs(shift) <= 1.2 * size or (low and not over)


# ---------------------------------------------------------------- text and marks


@dataclass(slots=True)
class Written:
    """A paragraph's words."""

    text: str
    marks: tuple[Mark, ...]
    bold: bool
    struck: list[str]
    size: float
    strange: bool = False


@dataclass(slots=True)
class Vocabulary:
    """The words of the document, to tell a word broken at a line's end from one with a hyphen of its own."""

    counted: Counter[str] = field(default_factory=Counter)
    kept: list[list[Line]] = field(default_factory=list)
    lines: int = 0
    broken: int = 0

    def learn(self, lines: list[Line]) -> None:
        """Note lines, and how many of them end in a hyphen. Their words are counted when first they are asked for."""
        self.kept.append(lines)
        self.lines += len(lines)
        for line in lines:
            last = line.runs[-1].text
            self.broken += last[-1] in "-\xad" and last[-2:-1].isalpha()

    @property
    def words(self) -> Counter[str]:
        """Every word, and how often it comes."""
        for lines in self.kept:
            for line in lines:
                for run in line.runs:
                    self.counted.update(_VOCABLE.findall(run.text.lower()))
        self.kept = []
        return self.counted

    def keeps(self, before: str, after: str) -> bool:
        """Whether the hyphen between two halves belongs to the word."""
        head, tail = _TAIL.search(before), _HEAD.match(after)
        if not head or not tail or not head[0][-1:].isalpha() or not tail[0][:1].islower():
            return True
        left, right = head[0].lower(), tail[0].lower()
        solid, dashed = self.words[left + right], self.words[f"{left}-{right}"]
        if solid != dashed:
            return dashed > solid
        if "-" in left or "-" in right or left in words_known("hyphen_prefixes"):
            return True
        # A text that is hyphenated throughout shows it on every twentieth line or so; else the hyphen was typed.
        if self.broken <= 0.03 * self.lines:
            return True
        return self.words[left] > 1 and self.words[right] > 1 and len(left) > 2

    def joins(self, before: str, after: str) -> bool:
        """Whether a word too long for its cell was broken without a hyphen."""
        head, tail = _TAIL.search(before), _HEAD.match(after)
        if not head or not tail or head[0] != before or not tail[0][:1].islower():
            return False
        left, right = head[0].lower(), tail[0].lower()
        return self.words[left + right] > 0 or (self.words[left] < 2 and self.words[right] < 2)


_VOCABLE = re.compile(r"[a-z]+(?:-[a-z]+)*")
_TAIL = re.compile(r"[A-Za-z\d]+(?:-[A-Za-z\d]+)*$")
_HEAD = re.compile(r"[A-Za-z\d]+(?:-[A-Za-z\d]+)*")


def written(paragraph: Paragraph, vocabulary: Vocabulary) -> Written:
    """Join the lines of a paragraph: spaces single, broken words whole, what is struck out apart."""
    text = ""
    spans: list[tuple[str, int, int]] = []
    struck: list[str] = []
    unbroken = False
    bold, size = True, 0.0
    space = False
    previous: Run | None = None
    full = False
    for line in paragraph.lines:
        size = max(size, line.size)
        for at, run in enumerate(line.runs):
            words = " ".join(run.text.replace("\xad", "").split()) if "\xad" in run.text[:-1] else run.text
            if not words:
                continue
            if previous is not None and not at:
                space = True
                if text and run.decor != "struck":
                    text, space = _broken(text, words, space, vocabulary)
                    if full and " " not in previous.text and vocabulary.joins(previous.text, words):
                        space = False
            elif previous is not None:
                space = space or gap_before(previous, run)
            previous = run
            if run.decor == "struck":
                if unbroken:
                    struck[-1] += f" {words}" if space else words
                else:
                    struck.append(words)
                unbroken, space = True, True
                continue
            unbroken = False
            words = " ".join(words.split())
            if space and text:
                text += " "
            space = False
            start = len(text)
            text += words
            style = run.style
            bold = bold and style.bold
            if style.bold:
                spans.append(("bold", start, len(text)))
            if style.italic:
                spans.append(("italic", start, len(text)))
            if run.decor == "underline":
                spans.append(("underline", start, len(text)))
            if style.colour:
                spans.append((style.colour, start, len(text)))
        # A word alone on its line, with less room behind it than a letter takes.
        full = len(line.runs) == 1 and line.box[1] - line.x1 < 0.6 * line.size and len(line.runs[0].text) > 7
    if "\xad" in text:
        text = (text[:-1] + "-" if text.endswith("\xad") else text).replace("\xad", "")
    length = len(text)
    marks = tuple(mark for mark in _joined(spans) if mark.end <= length) if spans else ()
    return Written(text, marks, bold and bool(text), struck, size)


def _broken(text: str, following: str, space: bool, vocabulary: Vocabulary) -> tuple[str, bool]:
    """The text so far at the end of a line, and whether a space follows: a broken word is mended."""
    if text.endswith("\xad"):
        # PDFium gives any hyphen at a line's end as a soft one.
        if text[-2:-1].isspace() or len(text) < 2:
            return text[:-1] + "-", space
        keep = vocabulary.keeps(text[:-1], following)
        return (text[:-1] + "-" if keep else text[:-1]), False
    if text.endswith("-") and text[-2:-1].isalnum() and following[:1].isalnum():
        return (text if vocabulary.keeps(text[:-1], following) else text[:-1]), False
    if text.endswith("/") and following[:1].isalnum() and text[-2:-1].isalnum():
        return text, False
    return text, space


def _joined(spans: list[tuple[str, int, int]]) -> list[Mark]:
    """Stretches of one kind with nothing or a space between them as one."""
    last: dict[str, int] = {}
    found: list[Mark] = []
    for kind, start, end in spans:
        at = last.get(kind)
        if at is not None and start <= found[at].end + 1:
            found[at] = Mark(kind, found[at].start, end)  # type: ignore[arg-type]
        else:
            last[kind] = len(found)
            found.append(Mark(kind, start, end))  # type: ignore[arg-type]
    found.sort(key=lambda mark: (mark.start, mark.end, mark.kind))
    return found
