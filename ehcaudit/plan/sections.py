"""Document → Layout: the section, the area of need and the table role of every block.

One walk in document order. A table row is taken as a whole, so that a section can be a column under a header cell, a
band of rows, or simply what follows a heading. What the document does not say is left unplaced, never guessed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from ehcaudit.model import SECTION_LETTERS, Block, Document, Evidence, Leftover, Warning
from ehcaudit.plan.headings import LONGEST, Heading, all_title, generic_of, heading_of, title_heading, titles
from ehcaudit.plan.lexicon import any_of, area_at_start, area_in, area_named, data, fold, is_label, pattern, plain, role_of
from ehcaudit.plan.tables import Around, GridCell, Head, Row, header_row, kind_of, resolve, segments, text_in
from ehcaudit.plan.template import crosses_are_a_name, read_template

ORDER: tuple[str, ...] = (*SECTION_LETTERS[:7], "H", *SECTION_LETTERS[7:])
"""The order of sections in a plan; the undivided H stands before H1."""


@dataclass(slots=True)
class Entry:
    """One block of content, with all that its place says of it."""

    block: int
    letter: str
    start: int = 0
    """Where the content begins: behind a heading that stands in the same paragraph."""
    area: str = ""
    role: str = ""
    """What its column or row label makes of it; empty: it is the matter itself."""
    row: tuple[int, int] | None = None
    column: int = -1
    span: int = 1
    """Over how many rows its cell goes."""
    strength: bool = False
    line: bool = False
    """A sub-heading or a row's label, not a statement."""


@dataclass(slots=True)
class Part:
    """What is known of one section."""

    letter: str
    title: str = ""
    labelled: bool = False
    sentence: bool = False
    headings: list[int] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    shares: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Layout:
    """What the walk found."""

    parts: dict[str, Part] = field(default_factory=dict)
    unplaced: list[int] = field(default_factory=list)
    section_of: dict[int, str] = field(default_factory=dict)
    area_of: dict[int, str] = field(default_factory=dict)
    headers: dict[int, str] = field(default_factory=dict)
    """Block → words of the column header over it."""
    leftovers: list[Leftover] = field(default_factory=list)
    warnings: list[Warning] = field(default_factory=list)
    first: int = -1
    """The first block that opens a section."""
    stacked: dict[int, str] = field(default_factory=dict)
    """Table → area, where a table holds several sections one over the other."""
    contents: frozenset[int] = frozenset()
    candidates: Mapping[int, Heading] = field(default_factory=dict)
    working: bool = False


def lay_out(document: Document) -> Layout:
    """Place every block of a document."""
    return _Walk(document).run()


@cache
def _close() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    words = data("headings")["close"]
    return any_of(words["always"]), any_of(words["looks_needed"]), re.compile(words["appendix"])


@cache
def _sub() -> re.Pattern[str]:
    return any_of(data("headings")["sub"]["lines"])


def is_sub_heading(text: str) -> bool:
    """Whether a line is a known heading inside a section."""
    return len(text) <= 110 and bool(_sub().fullmatch(plain(text)) or _sub().fullmatch(fold(text).strip()))


def looks_like_heading(block: Block) -> bool:
    """Whether its style, weight or capitals set a line apart. Never the only reason for anything."""
    text = block.text.strip()
    return block.kind == "heading" or block.bold or (text.isupper() and len(text) > 3)


class _Walk:
    """The state of one walk."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.blocks = document.blocks
        self.out = Layout()
        self.letters: tuple[str, ...] = ()
        self.by_title = False
        self.area = self.outer_area = ""
        self.fresh_area = False
        self.strength = False
        self.fresh = False
        self.titles_due = 0
        self.appended = False
        self.columns: dict[int, dict[int, Head]] = {}
        self.after_header: dict[int, int] = {}
        self.table = -1
        self.row: tuple[int, int] | None = None
        self.came_from = ""
        self.bands: dict[int, set[str]] = {}
        self.groups: dict[tuple[str, ...], list[int]] = {}
        self.level: int | None = None
        self.crosses = not crosses_are_a_name(self.blocks)

    # ------------------------------------------------------------ before the walk

    def run(self) -> Layout:
        self.candidates = self._candidates()
        self.contents = self._contents()
        self.out.contents, self.out.candidates = frozenset(self.contents), self.candidates
        self.labelled = frozenset(
            letter
            for number, heading in self.candidates.items()
            if heading.labelled and number not in self.contents
            for letter in heading.letters
        )
        if "H" in self.labelled:
            self.labelled |= {"H"}
        self.running = self._running()
        self.levels = Counter(
            self.blocks[n].level
            for n, h in self.candidates.items()
            if n not in self.contents and self.blocks[n].kind == "heading" and h.labelled
        )
        for segment in segments(self.document, range(len(self.blocks))):
            if isinstance(segment, Row):
                self._row(segment)
            else:
                self.table, self.row = -1, None
                self._paragraph(segment)
        self._finish()
        return self.out

    def _candidates(self) -> dict[int, Heading]:
        found: dict[int, Heading] = {}
        previous = ""
        for block in self.blocks:
            text = block.text
            if text and block.kind not in ("note", "header", "footer"):
                heading = heading_of(text, block.label, item=block.kind == "list-item" and not re.search("[A-Za-z]", block.label))
                wrapped = previous and text[:1].islower() and previous[-1:] not in ".:;!?" and not looks_like_heading(block)
                if heading and not wrapped:
                    found[block.id] = heading
                elif block.cell and re.fullmatch(r"\W?(?:[A-GI-K]|H[12]?)\d?\W?", text.strip()):
                    follower = self.blocks[block.id + 1] if block.id + 1 < len(self.blocks) else None
                    if (
                        follower and follower.cell and follower.cell.table == block.cell.table
                        and follower.cell.row == block.cell.row and all_title(follower.text) and titles(follower.text)
                    ):
                        letter = re.sub(r"\W", "", text)
                        letter = letter if letter in ("H1", "H2") else letter[0]
                        found[block.id] = Heading((letter,), "", "alone", titled=False)
                previous = text.strip()
        return found

    def _contents(self) -> set[int]:
        """The headings that only list the sections: a run of five letters or more with next to nothing between them."""
        marks = [(n, h) for n, h in self.candidates.items()]
        seen = {n for n, _ in marks}
        for block in self.blocks:
            if block.id not in seen and 3 < len(block.text) <= LONGEST:
                title = title_heading(block.text)
                if title and title.form == "title":
                    marks.append((block.id, title))
        bare = [
            (b.id, Heading((re.sub(r"\W", "", b.text),), "", "alone")) for b in self.blocks
            if b.id not in seen and re.fullmatch(r"\W?(?:[A-K]|H[12])\W?", b.text.strip())
        ]
        marks = sorted([*marks, *bare], key=lambda mark: mark[0])
        runs: list[list[tuple[int, Heading]]] = []
        for number, heading in marks:
            if runs and self._little_between(runs[-1][-1][0], number):
                runs[-1].append((number, heading))
            else:
                runs.append([(number, heading)])
        lists: set[int] = set()
        for run in runs:
            letters = [letter for _, heading in run for letter in heading.letters]
            distinct = set(letters)
            if len(distinct) < 5:
                continue
            inside = {number for number, _ in run}
            later = {
                letter for n, h in self.candidates.items() if n > run[-1][0] and h.labelled for letter in h.letters
            } | {letter for n, h in marks if n > run[-1][0] and n not in inside for letter in h.letters if not h.labelled}
            before = " ".join(fold(b.text) for b in self.blocks[max(0, run[0][0] - 4) : run[0][0]] if len(b.text) < 160)
            told = re.search(data("headings")["contents"]["before"], before)
            paged = sum(bool(re.search(data("headings")["contents"]["page"], fold(self.blocks[n].text))) for n, _ in run)
            if len(distinct & later) * 2 >= len(distinct) or told or paged * 2 >= len(run) or (
                {"A", "B"} <= distinct and letters[0] == "A" and self._bare(run)
            ):
                lists |= inside
                lists |= set(range(run[0][0], run[-1][0] + 1))
                last = self.blocks[run[-1][0]]
                if last.cell:  # The explanation beside the last letter belongs to the list too.
                    lists |= {
                        b.id for b in self.blocks[run[-1][0] : run[-1][0] + 12]
                        if b.cell and (b.cell.table, b.cell.row) == (last.cell.table, last.cell.row)
                    }
        return lists

    def _bare(self, run: Sequence[tuple[int, Heading]]) -> bool:
        """Nothing at all stands under the headings of a run."""
        inside = {number for number, _ in run}
        between = [b for b in self.blocks[run[0][0] : run[-1][0]] if b.id not in inside and b.text.strip()]
        return sum(len(b.text) for b in between) < 40 and all(h.content < 0 for _, h in run)

    def _little_between(self, first: int, second: int) -> bool:
        """Next to no text between two headings: nothing, or in a table one cell that explains."""
        a, b = self.blocks[first], self.blocks[second]
        heading = self.candidates.get(first)
        if heading and heading.content >= 0:
            return False
        between = [block for block in self.blocks[first + 1 : second] if block.text.strip()]
        size = sum(len(block.text) for block in between)
        if a.cell and b.cell and a.cell.table == b.cell.table:
            if a.cell.row == b.cell.row:
                return size < 60
            return size <= 420 and len(between) <= 4 and a.cell.column == b.cell.column
        return size <= 60 and len(between) <= 1

    def _running(self) -> set[int]:
        """Page titles that stand in the body again and again."""
        seen: dict[str, list[int]] = {}
        for block in self.blocks:
            if block.cell is None and block.kind != "list-item" and 6 < len(block.text) <= 120:
                seen.setdefault(re.sub(r"\d+", "#", fold(block.text)), []).append(block.id)
        about = re.compile(r"\bplan\b|\behcp?\b|official|sensitive|confidential|page #|\bdob\b|date of birth|surname")
        return {
            n for text, ids in seen.items() if len(ids) >= 3 and about.search(text) for n in ids
            if n not in self.candidates and not titles(text)
        }

    # ------------------------------------------------------------ opening and closing

    def _open(self, letters: tuple[str, ...], number: int, heading: Heading | None, *, labelled: bool, by_title: bool = False) -> None:
        """Go on in these sections; ``heading`` is None where a row's label moves between sections that are known."""
        if self.out.first < 0:
            self.out.first = number
        for letter in letters:
            part = self.out.parts.setdefault(letter, Part(letter))
            part.headings.append(number)
            if heading and (not part.title or (labelled and not part.labelled)):
                part.title = heading.title
            part.labelled |= labelled
        self.out.section_of.setdefault(number, letters[0])
        self._heading_left(number, letters[0])
        keeps = self.outer_area if set(letters) & {"E", "F"} and not set(letters) & {"C", "D", "G", "H", "H1", "H2"} else ""
        if self.fresh_area:
            keeps = self.area
        self.outer_area = (heading.area if heading else "") or keeps
        if not self.outer_area and (len(letters) > 1 or self.row):
            self.outer_area = "health" if {"C", "G"} & set(letters) else "care" if {"D", "H", "H1", "H2"} & set(letters) else ""
        self.area, self.fresh_area = self.outer_area, False
        self.came_from = self.letters[0] if by_title and len(self.letters) == 1 and not self.by_title else self.came_from if by_title else ""
        self.letters, self.by_title, self.strength, self.fresh = letters, by_title, False, True
        self.titles_due = 3 if heading and labelled and (heading.form == "alone" or not heading.titled) else 1 if labelled else 0
        if heading and heading.content >= 0:
            self.titles_due = 0
        if self.row:
            self.bands.setdefault(self.row[0], set()).update(letters)
        if heading is not None and self.blocks[number].kind == "heading":
            self.level = self.blocks[number].level
        if len(letters) > 1:
            self.groups.setdefault(letters, [])

    def _heading_left(self, number: int, letter: str) -> None:
        block = self.blocks[number]
        if "{{" in block.text or "«" in block.text or "[" in block.text:
            for kind, start, end in read_template(block, crosses=self.crosses).left:
                if kind != "guidance":
                    self.out.leftovers.append(Leftover(kind, Evidence(number, start, end, block.text[start:end]), letter))

    def _shut(self) -> None:
        self.letters, self.by_title, self.titles_due, self.strength = (), False, 0, False
        self.area = self.outer_area = ""

    def _accepts(self, number: int, heading: Heading) -> bool:
        """Whether a line that could head a section does so here."""
        known = set(heading.letters) <= set(self.out.parts)
        if self.appended and (known or heading.form != "word" or not heading.titled):
            return False
        if self.letters == ("K",) and self.row and heading.form == "letter" and known:
            return False
        after_k = "K" in self.out.parts and "K" in self.labelled and len(set(self.out.parts) - {"K"}) >= 6
        if after_k and known and heading.letters != ("K",):
            self.appended = True
            self._shut()
            return False
        return True

    # ------------------------------------------------------------ placing

    def _place(self, number: int, letter: str, *, start: int = 0, role: str = "", column: int = -1, span: int = 1, line: bool = False) -> None:
        block = self.blocks[number]
        reading = read_template(block, start=start, fresh=self.fresh, crosses=self.crosses)
        for kind, begin, end in reading.left:
            self.out.leftovers.append(Leftover(kind, Evidence(number, begin, end, block.text[begin:end]), letter))
        if letter:
            self.out.section_of[number] = letter
        if not reading.content:
            return
        if not letter:
            self._leave(number)
            return
        area = self.area or {"C": "health", "G": "health", "D": "care", "H": "care", "H1": "care", "H2": "care"}.get(letter, "")
        if area:
            self.out.area_of[number] = area
        part = self.out.parts.setdefault(letter, Part(letter))
        part.entries.append(Entry(number, letter, start, area, role, self.row, column, span, self.strength, line))
        if not line:
            self.fresh = False
            self.fresh_area = False

    def _leave(self, number: int) -> None:
        self.out.unplaced.append(number)
        if len(self.letters) > 1 and number not in self.contents:
            self.groups[self.letters].append(number)

    def _content(self, number: int, **about: object) -> None:
        letter = self.letters[0] if len(self.letters) == 1 else ""
        if not letter and self.strength and self.letters:
            letter = resolve("strength", self._around())
        if not letter and len(self.letters) > 1 and (area_at_start(self.blocks[number].text) or self.fresh_area):
            # Under "(B-F-E)" the form explains the area of need before the columns begin.
            area = area_at_start(self.blocks[number].text)
            self.area = self.outer_area = area or self.area
            self.out.unplaced.append(number)
            return
        self._place(number, letter, **about)  # type: ignore[arg-type]

    def _around(self) -> Around:
        return Around(self.letters, self.labelled, self.area, frozenset(self.out.parts))

    def _paragraph(self, number: int, *, band: bool = False) -> None:
        """One paragraph outside tables, or in a row that has no columns. ``band``: it has a whole table row to itself."""
        block = self.blocks[number]
        text = block.text.strip()
        if not text:
            return
        if number in self.contents or number in self.running:
            self.out.unplaced.append(number)
            return
        if block.kind == "note":
            self._content(number)
            return
        heading = self.candidates.get(number)
        if heading and self._accepts(number, heading):
            self._open(heading.letters, number, heading, labelled=True)
            if heading.content >= 0:
                self._content(number, start=heading.content)
            return
        if len(text) > LONGEST or (block.kind == "list-item" and not block.bold and not band):
            self.titles_due = 0
            self._content(number)
            return
        if self.titles_due and self._title_goes_on(number, block):
            return
        self.titles_due = 0
        if self._opens_by_title(number, block, band) or self._closes(number, block):
            return
        short = len(text) <= 120
        if short and (band or self.letters) and not text.endswith(".") and self._generic(number, block, band):
            return
        area = area_named(text) if short else ""
        if area and (looks_like_heading(block) or area not in ("health", "care") or text.endswith(":")):
            self.area, self.fresh_area, self.strength = area, True, False
            if band and self.row and self.row[1] == 0 and len(self.letters) == 1 and self.by_title:
                self.letters, self.by_title = (), False  # A new table for a new area: its bands say what they are.
            if band or not self.letters or len(self.letters) > 1 or (block.kind == "heading" and self.level is not None and (block.level or 0) < self.level):
                self.outer_area = area
            if len(self.letters) == 1:
                self._place(number, self.letters[0], line=True)
            else:
                self.out.unplaced.append(number)
            return
        if short and self.letters and not text.endswith(".") and (looks_like_heading(block) or is_sub_heading(text)) and (
            block.kind == "heading" or is_sub_heading(text) or (len(text.split()) <= 10 and not re.search(r"\b(?:will|has|is|to be)\b", fold(text)))
        ):
            named = area_in(text)
            if named:
                self.area = named
            if self.strength and not generic_of(text) == "strength":
                self.strength = False
            self._content(number, line=True)
            return
        self._content(number)

    def _title_goes_on(self, number: int, block: Block) -> bool:
        """The line after a bare "Section X", or after half a title, is its title."""
        text = block.text
        if len(text) > 240 or block.kind == "list-item":
            return False
        named = titles(text)
        part = self.out.parts[self.letters[0]]
        if all_title(text) and (named or re.match(r"required\b|which\b|that\b|\(", plain(text))) and not (len(self.letters) > 1 and self.row):
            wanted = not part.title or self.titles_due > 1
            own = set(named) & set(self.letters)
            if wanted or own or not named:
                if not part.title:
                    part.title = text.strip(" :")
                for letter in self.letters:
                    self.out.parts[letter].headings.append(number)
                self.out.section_of[number] = self.letters[0]
                self.titles_due -= 1
                return True
        if not part.title and looks_like_heading(block) and len(text.split()) <= 12 and not area_named(text) and not self._closer(block):
            part.title = text.strip(" :")
            part.headings.append(number)
            self.out.section_of[number] = self.letters[0]
            self.titles_due -= 1
            return True
        return False

    def _opens_by_title(self, number: int, block: Block, band: bool) -> bool:
        """A heading that has the title words of a section that the document nowhere heads with its letter."""
        text = block.text
        heading = title_heading(text)
        if not heading or self.appended:
            return False
        if heading.form == "title" and self._closer(block):
            return False
        inside = len(self.letters) > 1 and set(heading.letters) <= set(self.letters)
        letters = tuple(letter for letter in heading.letters if inside or not self._known(letter))
        if not letters:
            return False
        looks = looks_like_heading(block) or band
        if heading.form == "sentence":
            if self.letters:
                return False
        elif inside and not looks and len(text.split()) > 10:
            return False
        elif not inside:
            words = len(plain(text).split())
            if text.rstrip().endswith(".") and not looks:
                return False
            if len(self.labelled) >= 3 and self.letters and not (looks and words >= 2):
                return False
            if not looks and (words == 1 or words > 16):
                return False
            if self.labelled and self.letters and not looks and not band:
                return False
            if self.letters and kind_of(letters[0]) == kind_of(self.letters[0]) and generic_of(text) and letters[0] != self.letters[0]:
                return False
            if self.letters == ("A",) and letters == ("A",):
                return False
            if len(self.letters) == 1 and self.letters[0] in self.labelled and letters[0] == "A":
                return False
        if self.letters == letters:
            self.area = heading.area or self.area
            if not (self.row and band):
                self.out.parts[letters[0]].headings.append(number)
                self.out.section_of[number] = letters[0]
                return True
        self._open(letters, number, heading, labelled=inside, by_title=not inside)
        if heading.form == "sentence":
            self.out.parts[letters[0]].sentence = True
        return True

    def _known(self, letter: str) -> bool:
        return letter in self.labelled or (letter == "H" and bool({"H1", "H2"} & self.labelled)) or (letter in ("H1", "H2") and "H" in self.labelled)

    def _generic(self, number: int, block: Block, band: bool) -> bool:
        """A bare "Strengths", "Needs", "Outcomes" or "Provision" that moves on to another section or column."""
        kind = generic_of(block.text)
        if not kind:
            return False
        around = self._around()
        single = self.letters[0] if len(self.letters) == 1 else ""
        if kind == "strength":
            if single in ("A", "I", "J", "K") or (not self.letters and not band):
                return False
            home = single if kind_of(single) == "need" else resolve("need", around)
            if home != single and not (band or len(self.letters) > 1):
                return False
            if home != single and (single or (band and self.area and not self.letters)):
                self._open((home,), number, None, labelled=home in self.labelled, by_title=True)
            elif single or home in self.letters:
                self._place(number, home, line=True)
            else:
                self.out.unplaced.append(number)
            self.strength = True
            return True
        letter = resolve(kind, around)
        if single in ("A", "I", "J", "K"):
            return False
        if kind_of(single) == kind:
            self.strength = False
            self._place(number, single, line=True)
            return True
        inside = letter in self.letters
        back = self.by_title and letter == self.came_from
        free = not self._known(letter) and (looks_like_heading(block) or band)
        if not (inside or back or (band and not self.letters) or (free and (band or kind != "need"))):
            return False
        if band and not inside and not back and self._known(letter) and not self.bands.get(self.row[0] if self.row else -1):
            return False
        self._open((letter,), number, None, labelled=inside or letter in self.labelled, by_title=not inside)
        return True

    def _closer(self, block: Block) -> bool:
        text = block.text.strip()
        if len(text) > 110:
            return False
        always, looks_needed, appendix = _close()
        line = plain(text)
        if always.fullmatch(line):
            return looks_like_heading(block) if looks_needed.fullmatch(line) else True
        return bool(appendix.match(line)) and self._appendix_closes(block)

    def _appendix_closes(self, block: Block) -> bool:
        """An appendix heads what follows; in section K a line of the list of appendices is content."""
        if block.kind == "list-item" or (block.cell and self.letters == ("K",)):
            return False
        if self.letters != ("K",):
            return looks_like_heading(block) or len(block.text.split()) <= 8
        following = [b for b in self.blocks[block.id + 1 : block.id + 3] if b.text.strip()]
        listed = any(_close()[2].match(plain(b.text)) for b in following)
        before = self.blocks[block.id - 1].text if block.id else ""
        return not listed and not _close()[2].match(plain(before)) and (looks_like_heading(block) or bool(following and len(following[0].text) > 200))

    def _closes(self, number: int, block: Block) -> bool:
        """An unlettered heading that ends the open section."""
        if not self._closer(block):
            text = block.text.strip()
            if not (
                block.kind == "heading" and self.level is not None and block.level is not None and self.letters and len(self.letters) == 1
                and (block.level < self.level or (block.level == self.level and len(self.levels) == 1 and self.levels[self.level] >= 4))
                and not area_named(text) and not is_sub_heading(text) and not area_in(text)
            ):
                return False
        line = plain(block.text)
        if _close()[2].match(line) and "K" in self.out.parts:
            self.appended = True
        if line == "appendices" and self.letters == ("K",) and not self.appended:
            return False
        self._shut()
        self.out.unplaced.append(number)
        return True

    # ------------------------------------------------------------ tables

    def _row(self, row: Row) -> None:
        cells = [cell for cell in row.cells if text_in(cell, self.blocks)]
        if row.table != self.table:
            self.table = row.table
            if self.area in ("health", "care") and len(self.letters) == 1 and self.by_title:
                self.area = self.outer_area = ""
        self.row = (row.table, row.number)
        if not cells:
            return
        if any(n in self.contents for cell in cells for n in cell.blocks):
            self.out.unplaced += [n for cell in cells for n in cell.blocks if self.blocks[n].text.strip()]
            return
        shape = self.document.tables[row.table] if row.table < len(self.document.tables) else None
        width = shape.columns if shape else 0
        columns = self.columns.get(row.table)
        marked = bool(shape and row.number < shape.header_rows)
        heads = header_row(row, self.blocks, self.candidates, self._around(), marked=marked)
        if heads is not None and not self.appended:
            self._header(row, heads)
            return
        only = len(cells) == 1 and (cells[0].span >= width or width <= 1)
        if only or (len(cells) == 1 and cells[0].column == 0 and self._is_band(cells[0])):
            self._band(cells[0], columns)
            return
        if columns and not self._row_head(cells[0], labelled_only=True):
            self._by_columns(row, cells, columns)
            return
        self._labelled_row(row, cells)

    def _header(self, row: Row, heads: dict[int, Head]) -> None:
        group = self.letters
        area = self.area
        for head in heads.values():
            first = next((n for n in head.blocks if n in self.candidates), head.blocks[0])
            if head.letter and not head.role and head.opens:
                heading = self.candidates.get(first) or Heading((head.letter,), head.words.strip(" :"), "title")
                part = self.out.parts.setdefault(head.letter, Part(head.letter))
                part.headings += head.blocks
                if not part.title or (head.labelled and not part.labelled):
                    part.title = heading.title if heading.letters == (head.letter,) else head.words.strip(" :")
                part.labelled |= head.labelled
                if self.out.first < 0:
                    self.out.first = first
            letter = head.letter or (self.letters[0] if len(self.letters) == 1 else "")
            for number in head.blocks:
                if letter:
                    self.out.section_of[number] = letter
                else:
                    self.out.unplaced.append(number)
                if head.role or not head.letter:
                    self.out.headers[number] = ""
        if not area:
            opened = {head.letter for head in heads.values() if head.opens}
            self.area = "health" if opened & {"C", "G"} else "care" if opened & {"D", "H", "H1", "H2"} else ""
        self.columns[row.table] = heads
        self.strength, self.titles_due, self.fresh, self.letters = False, 0, True, group

    def _is_band(self, cell: GridCell) -> bool:
        if len(cell.blocks) > 2:
            return False
        block = self.blocks[cell.blocks[0]]
        heading = self.candidates.get(block.id)
        if heading:
            return heading.form in ("word", "alone") or heading.titled
        return bool(len(block.text) < 120 and (area_named(block.text) or generic_of(block.text) or self._closer(block) or title_heading(block.text)))

    def _band(self, cell: GridCell, columns: dict[int, Head] | None) -> None:
        """A row that is one cell: a heading, an area of need, or content over the whole width."""
        table = self.row[0] if self.row else -1
        for segment in segments(self.document, cell.blocks, table):
            if isinstance(segment, Row):
                self._nested(segment)
                continue
            before = self.letters
            number = segment
            block = self.blocks[number]
            heading = self.candidates.get(number)
            if columns and not heading and not title_heading(block.text) and not self._closer(block):
                area = area_named(block.text) or area_in(block.text) if len(block.text) <= 120 else ""
                hosts = {head.letter for head in columns.values() if head.letter}
                if area or is_sub_heading(block.text) or generic_of(block.text):
                    self.area = area or self.area
                    self.strength = generic_of(block.text) == "strength"
                    if len(hosts) == 1:
                        self._place(number, next(iter(hosts)), line=True)
                    elif block.text.strip():
                        self.out.unplaced.append(number)
                    continue
                if len(hosts) == 1:
                    self._place(number, next(iter(hosts)))
                    continue
                if self.strength and hosts & {"B", "C", "D"}:
                    self._place(number, next(letter for letter in "BCD" if letter in hosts))
                    continue
            self._paragraph(number, band=True)
            if columns and (self.letters != before or heading):
                self.columns.pop(table, None)
                columns = None

    def _by_columns(self, row: Row, cells: Sequence[GridCell], columns: Mapping[int, Head]) -> None:
        own_area = ""
        kept = self.area
        for cell in cells:
            head = self._head(cell, columns)
            if head and head.role == "area":
                own_area = area_named(text_in(cell, self.blocks)) or area_in(text_in(cell, self.blocks))
        if own_area:
            self.area = own_area
        for cell in cells:
            head = self._head(cell, columns)
            letter = (head.letter if head else "") or (self.letters[0] if len(self.letters) == 1 else "")
            if head is None and not letter:
                letter = next((h.letter for c, h in sorted(columns.items(), reverse=True) if c < cell.column and h.letter), "")
            for number in cell.blocks:
                if not self.blocks[number].text.strip():
                    continue
                if head:
                    self.out.headers[number] = head.words
                strength, self.strength = self.strength, bool(head and head.role == "strength")
                line = not (head and head.role) and bool(area_named(self.blocks[number].text)) and self.blocks[number].kind != "list-item"
                if line:
                    self.area = area_named(self.blocks[number].text)
                self._place(number, letter, role=head.role if head and head.role != "strength" else "" if head else "other", column=cell.column, span=cell.rows, line=line)
                self.strength = strength
        if own_area and not kept:
            self.area = ""

    @staticmethod
    def _head(cell: GridCell, columns: Mapping[int, Head]) -> Head | None:
        if cell.column in columns:
            return columns[cell.column]
        before = [column for column in columns if column < cell.column]
        return columns[max(before)] if before and cell.column - max(before) < 2 and len(columns) > 1 else None

    def _row_head(self, cell: GridCell, *, labelled_only: bool = False) -> bool:
        block = self.blocks[cell.blocks[0]]
        heading = self.candidates.get(block.id)
        if heading and heading.form in ("word", "letter", "alone") and cell.column == 0:
            return self._accepts(block.id, heading) and not (labelled_only and heading.form != "word")
        return False

    def _labelled_row(self, row: Row, cells: Sequence[GridCell]) -> None:
        """A row without column headers: its first cell may head it, name its area, or say what the other cell is."""
        self.columns.pop(row.table, None)
        first, rest = cells[0], list(cells[1:])
        block = self.blocks[first.blocks[0]]
        words = text_in(first, self.blocks)
        short = len(words) <= 120 and not words.rstrip().endswith(".")
        if self._row_head(first):
            for number in first.blocks:
                self._paragraph(number)
            if self.titles_due > 1 and rest and all_title(text_in(rest[0], self.blocks)):
                for number in rest.pop(0).blocks:
                    self._paragraph(number)
            self.titles_due = 0
        elif first.column == 0 and short and (generic_of(words) or (title_heading(words) and not kind_of(self.letters[0] if self.letters else "")) or self._closer(block) or (title_heading(words) and len(self.letters) != 1) or self._other_kind(words)):
            for number in first.blocks:
                self._paragraph(number, band=True)
        elif first.column == 0 and short and rest and (area_named(words)):
            self.area = area_named(words)
            self._content(first.blocks[0], line=True)
        elif first.column == 0 and short and rest and role_of(words) not in ("", "item", "number", "area") and kind_of(self.letters[0] if len(self.letters) == 1 else ""):
            role = role_of(words)
            if role == "frequency" and self.letters == ("E",) and plain(words) == "when":
                role = "when"
            for number in first.blocks:
                self._content(number, line=True)
            for cell in rest:
                for number in cell.blocks:
                    self.out.headers.setdefault(number, words)
                    self._content(number, role=role, column=cell.column)
            return
        elif first.column == 0 and not rest and is_label(words):
            self.out.section_of.update({number: self.letters[0] for number in first.blocks if len(self.letters) == 1})
            return
        elif first.column == 0 and short and rest and len(words.split()) <= 9 and self.letters != ("K",):
            for number in first.blocks:
                self._content(number, line=True, column=0)
        else:
            rest = list(cells)
        for cell in rest:
            for segment in segments(self.document, cell.blocks, row.table):
                if isinstance(segment, Row):
                    self._nested(segment)
                elif self.candidates.get(segment) and self.candidates[segment].form == "word":
                    self._paragraph(segment)
                else:
                    self._in_cell(segment, cell)

    def _other_kind(self, words: str) -> bool:
        heading = title_heading(words)
        return bool(heading and self.row and self.bands.get(self.row[0]) and kind_of(heading.letters[0]) != kind_of(self.letters[0] if self.letters else ""))

    def _in_cell(self, number: int, cell: GridCell) -> None:
        block = self.blocks[number]
        text = block.text.strip()
        if text and len(text) <= 110 and block.kind != "list-item" and not text.endswith(".") and (
            area_named(text) or (looks_like_heading(block) and is_sub_heading(text))
        ):
            self.area = area_named(text) or self.area
            self._content(number, line=True, column=cell.column)
        elif text:
            self._content(number, column=cell.column, span=cell.rows)

    def _nested(self, row: Row) -> None:
        outer, table = self.row, self.table
        self._row(row)
        self.row, self.table = outer, table

    # ------------------------------------------------------------ after the walk

    def _finish(self) -> None:
        parts = self.out.parts
        for group, numbers in self.groups.items():
            unsplit = [letter for letter in group if not parts[letter].entries]
            if len(unsplit) == len(group) and numbers:
                for letter in group:
                    parts[letter].shares |= set(group) - {letter}
                self.out.warnings.append(Warning("sections-share-a-heading", f"Sections {', '.join(group[:-1])} and {group[-1]} stand under one heading, and nothing in the document tells them apart."))
            elif numbers:
                texts = sum(len(self.blocks[n].text) for n in numbers)
                if texts > 80:
                    self.out.warnings.append(Warning("content-unplaced", f"Part of the text under the heading of sections {', '.join(group[:-1])} and {group[-1]} stands over their columns and was placed in none.", len(numbers)))
        if "H" in parts and {"H1", "H2"} & set(parts) and not parts["H"].entries:
            del parts["H"]
        for number, letter in list(self.out.section_of.items()):
            if letter not in parts:
                del self.out.section_of[number]
        for part in parts.values():
            if part.entries and all(entry.line for entry in part.entries):
                part.headings += [entry.block for entry in part.entries]
                part.entries.clear()
        self.out.unplaced.sort()
        for letter, part in parts.items():
            if not part.labelled and not part.sentence:
                self.out.warnings.append(Warning("section-opened-by-title", f"Section {letter} was found by the words of its title; its letter does not stand in the heading."))
        front = " ".join(fold(b.text) for b in (*self.blocks[:25], *self.document.margins))
        self.out.working = bool(re.search(data("headings")["plan"]["working"], front))


__all__ = ["ORDER", "Entry", "Layout", "Part", "is_sub_heading", "lay_out", "looks_like_heading", "pattern", "replace"]
