"""The walk over paragraphs: which section is open, what opens and closes one, and where a paragraph goes."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

from ehcaudit.model import Block, Document, Evidence, Leftover
from ehcaudit.plan.closing import closing, is_closer
from ehcaudit.plan.contents import candidates, listed, running
from ehcaudit.plan.headings import LONGEST, Heading, all_title, generic_of, title_heading, titles
from ehcaudit.plan.layout import Entry, Layout, Part, looks_like_heading
from ehcaudit.plan.lexicon import area_at_start, area_in, area_named, data, fold, plain
from ehcaudit.plan.sifted import any_of
from ehcaudit.plan.tables import Around, Head, kind_of, resolve
from ehcaudit.plan.template import crosses_are_a_name, read_template


@cache
def _sub() -> re.Pattern[str]:
    return any_of(data("headings")["sub"]["lines"])


def is_sub_heading(text: str) -> bool:
    """Whether a line is a known heading inside a section."""
    return len(text) <= 110 and bool(_sub().fullmatch(plain(text)) or _sub().fullmatch(fold(text).strip()))


class Flow:
    """The state of one walk, and what a paragraph does to it."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.blocks = document.blocks
        self.out = Layout()
        self.letters: tuple[str, ...] = ()
        self.group: tuple[str, ...] = ()
        self.resume = ""
        self.by_title = False
        self.area = self.outer_area = ""
        self.area_table = -1
        self.above = (-1, "")
        """A table, and the area of need that is named right above it: it holds for all sections inside."""
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
        self.candidates = candidates(self.blocks)
        self.contents = listed(self.blocks, self.candidates)
        self.running = running(self.blocks, self.candidates)
        real = [(n, h) for n, h in self.candidates.items() if h.labelled and n not in self.contents]
        self.comes = Counter(letter for _, heading in real for letter in heading.letters)
        self.labelled = frozenset(letter for _, heading in real for letter in heading.letters)
        self.levels = Counter(self.blocks[n].level for n, _ in real if self.blocks[n].kind == "heading")

    # ------------------------------------------------------------ opening and closing

    def _open(
        self, letters: tuple[str, ...], number: int, heading: Heading | None, *, labelled: bool, by_title: bool = False
    ) -> None:
        """Go on in these sections; ``heading`` is None where a row's label moves between sections that are known."""
        if self.out.first < 0:
            self.out.first = number
        for letter in letters:
            part = self.out.parts.setdefault(letter, Part(letter))
            part.headings.append(number)
            if (
                heading
                and heading.title
                and (not part.title or (labelled and not part.labelled) or (part.shared_title and len(letters) == 1))
            ):
                part.title, part.shared_title = heading.title, len(letters) > 1
            part.labelled |= labelled
            if heading is None and not part.title:
                part.title = self.blocks[number].text.strip(" :")
        self.out.section_of.setdefault(number, letters[0])
        self._heading_left(number, letters[0])
        stays = set(letters) & {"E", "F"} or (self.row and self.row[0] == self.area_table)
        keeps = self.outer_area if stays else ""
        if self.row and self.row[0] == self.above[0] != self.area_table:
            keeps = self.above[1]
        if set(letters) & {"C", "D", "G", "H", "H1", "H2"}:
            keeps = ""
        if self.fresh_area and (not labelled or any(self.comes[letter] > 1 for letter in letters)):
            keeps = self.area
            self._hand_over(number, letters[0])
        self.outer_area = (heading.area if heading else "") or keeps
        if not self.outer_area and (len(letters) > 1 or self.row):
            self.outer_area = (
                "health" if {"C", "G"} & set(letters) else "care" if {"D", "H", "H1", "H2"} & set(letters) else ""
            )
        self.area, self.fresh_area = self.outer_area, False
        self.came_from = (
            self.letters[0]
            if by_title and len(self.letters) == 1 and not self.by_title
            else self.came_from
            if by_title
            else ""
        )
        self.letters, self.by_title, self.strength, self.fresh = letters, by_title, False, True
        self.titles_due = (
            3 if heading and labelled and (heading.form == "alone" or not heading.titled) else 1 if labelled else 0
        )
        if heading and heading.content >= 0:
            self.titles_due = 0
        if self.row:
            self.bands.setdefault(self.row[0], set()).update(letters)
        if heading is not None and self.blocks[number].kind == "heading":
            self.level = self.blocks[number].level
        if len(letters) > 1:
            self.groups.setdefault(letters, [])
            self.group = letters
        elif not set(letters) <= set(self.group):
            self.group = ()

    def _hand_over(self, number: int, letter: str) -> None:
        """The area of need named right over a section's heading heads that section, not the end of the one before."""
        part = self.out.parts.get(self.letters[0]) if len(self.letters) == 1 else None
        if (
            part
            and part.entries
            and part.entries[-1].line
            and number - part.entries[-1].block <= 2
            and area_named(self.blocks[part.entries[-1].block].text)
        ):
            moved = part.entries.pop().block
            self.out.parts[letter].headings.insert(-1, moved)
            self.out.section_of[moved] = letter

    def _heading_left(self, number: int, letter: str) -> None:
        block = self.blocks[number]
        if "{{" in block.text or "«" in block.text or "[" in block.text:
            for kind, start, end in read_template(block, crosses=self.crosses).left:
                if kind != "guidance":
                    self.out.leftovers.append(
                        Leftover(kind, Evidence(number, start, end, block.text[start:end]), letter)
                    )

    def _shut(self) -> None:
        self.letters, self.group, self.by_title, self.titles_due, self.strength = (), (), False, 0, False
        self.area = self.outer_area = self.resume = ""

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

    def _place(
        self,
        number: int,
        letter: str,
        *,
        start: int = 0,
        role: str = "",
        column: int = -1,
        span: int = 1,
        line: bool = False,
    ) -> None:
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
        area = self.area or {"C": "health", "G": "health", "D": "care", "H": "care", "H1": "care", "H2": "care"}.get(
            letter, ""
        )
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
        return Around(self.letters, self.labelled, self.area, not self.by_title)

    def _paragraph(self, number: int, *, band: bool = False) -> None:
        """One paragraph outside tables, or in a row without columns. ``band``: it has a whole table row to itself."""
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
        short = len(text) <= 120
        bare = short and (band or bool(self.letters)) and not text.endswith(".")
        if self._divides_h(number, text) or self._opens_by_title(number, block, band):
            return
        if (bare and self._generic(number, block, band)) or self._closes(number, block):
            return
        area = area_named(text) if short else ""
        if area and (looks_like_heading(block) or area not in ("health", "care") or text.endswith(":")):
            self.area, self.fresh_area, self.strength = area, True, False
            following = self.blocks[number + 1].cell if number + 1 < len(self.blocks) else None
            if following and not block.cell:
                self.above = (following.table, area)
            if self.letters == ("A",) and self._heads_a_table_of_needs(number):
                self._shut()
                self._open(("B",), number, None, labelled=False)
                self.area = self.outer_area = area
            if self.resume and not self.letters:
                self.letters, self.resume = (self.resume,), ""
            if band and self.row and self.row[1] == 0 and len(self.letters) == 1 and self.by_title:
                self.letters, self.by_title = (), False  # A new table for a new area: its bands say what they are.
            if (
                band
                or not self.letters
                or len(self.letters) > 1
                or (block.kind == "heading" and self.level is not None and (block.level or 0) < self.level)
            ):
                self.outer_area = area
                self.area_table = self.row[0] if self.row else -1
            if len(self.letters) == 1:
                self._place(number, self.letters[0], line=True)
            else:
                self.out.unplaced.append(number)
            return
        if (
            short
            and self.letters
            and not text.endswith(".")
            and (looks_like_heading(block) or is_sub_heading(text))
            and (
                block.kind == "heading"
                or is_sub_heading(text)
                or (len(text.split()) <= 10 and not re.search(r"\b(?:will|has|is|to be)\b", fold(text)))
            )
        ):
            named = area_in(text)
            if named:
                self.area = named
            if self.strength and generic_of(text) != "strength":
                self.strength = False
            self._content(number, line=True)
            return
        self._content(number)

    def _heads_a_table_of_needs(self, number: int) -> bool:
        """Whether a table with a column for section B comes after two or three lines: what stands between is of B."""
        for block in self.blocks[number + 1 : number + 5]:
            if block.cell is not None:
                row = [
                    b.id for b in self.blocks[block.id : block.id + 8] if b.cell and b.cell.table == block.cell.table
                ]
                return any("B" in self.candidates[n].letters for n in row if n in self.candidates)
        return False

    def _title_goes_on(self, number: int, block: Block) -> bool:
        """The line after a bare "Section X", or after half a title, is its title."""
        text = block.text
        if len(text) > 240 or block.kind == "list-item":
            return False
        reading = read_template(block, crosses=self.crosses)
        if not reading.content and (text.strip()[:1] == "[" or any(kind != "guidance" for kind, _, _ in reading.left)):
            return False
        named = titles(text)
        part = self.out.parts[self.letters[0]]
        if len(self.letters) > 1 and len(named) < 2:
            return False
        if (
            all_title(text)
            and (named or re.match(r"required\b|which\b|that\b|\(", plain(text)))
            and not (len(self.letters) > 1 and self.row)
        ):
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
        if (
            not part.title
            and looks_like_heading(block)
            and 2 <= len(text.split()) <= 12
            and not area_named(text)
            and not is_sub_heading(text)
            and not is_closer(block, self.blocks, self.letters, self.candidates)
        ):
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
        if heading.form == "title" and is_closer(block, self.blocks, self.letters, self.candidates):
            return False
        inside = set(heading.letters) <= set(self.group)
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
            if len(self.labelled) >= 3 and self.letters and (self.letters == ("A",) or not (looks and words >= 2)):
                return False
            if not looks and (words == 1 or words > 16):
                return False
            if self.labelled and self.letters and not looks and not band:
                return False
            if (
                self.letters
                and kind_of(letters[0]) == kind_of(self.letters[0])
                and generic_of(text)
                and letters[0] != self.letters[0]
            ):
                return False
            if letters[0] in ("I", "J") and len(self.out.parts) < 2:
                return False  # A placement among the personal details is not section I.
            if len(self.letters) == 1 and self.letters[0] in self.labelled and letters[0] == "A":
                return False
        if self.letters == letters:
            self.area = heading.area or self.area
            if not (self.row and band):
                self.out.parts[letters[0]].headings.append(number)
                self.out.section_of[number] = letters[0]
                return True
        self._open(
            letters, number, heading, labelled=inside and not self.by_title, by_title=not inside or self.by_title
        )
        if heading.form == "sentence":
            self.out.parts[letters[0]].sentence = True
        return True

    def _divides_h(self, number: int, text: str) -> bool:
        """A bare "H1" or "(ii)" under section H."""
        if not self.letters or self.letters[0] not in ("H", "H1", "H2"):
            return False
        found = re.fullmatch(r"\W*h ?(?:(1|\(?i\)?)|2|\(?ii\)?)\W*", fold(text))
        if not found:
            return False
        self._open(("H1" if found[1] else "H2",), number, Heading((), "", "alone"), labelled=True)
        return True

    def _known(self, letter: str) -> bool:
        return (
            letter in self.labelled
            or (letter == "H" and bool({"H1", "H2"} & self.labelled))
            or (letter in ("H1", "H2") and "H" in self.labelled)
        )

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
        inside = letter in (*self.letters, *self.group)
        back = self.by_title and letter == self.came_from
        free = not self._known(letter) and (looks_like_heading(block) or band)
        if not (inside or back or (band and not self.letters) or (free and (band or kind != "need"))):
            return False
        if (
            band
            and not inside
            and not back
            and self._known(letter)
            and not self.bands.get(self.row[0] if self.row else -1)
        ):
            return False
        self._open(
            (letter,),
            number,
            None,
            labelled=(inside and not self.by_title) or letter in self.labelled,
            by_title=not inside or self.by_title,
        )
        return True

    def _closes(self, number: int, block: Block) -> bool:
        """An unlettered heading that ends the open section."""
        if not is_closer(block, self.blocks, self.letters, self.candidates):
            text = block.text.strip()
            if block.kind != "heading" or block.level is None or len(self.letters) != 1:
                return False
            # After section K a heading of its rank is the sign-off or an appended report under a name of its own; so is
            # any top heading after K's own table.
            ranks = self.level is not None and len(self.levels) == 1 and self.levels[self.level] >= 4
            after_k = self.letters == ("K",) and (
                (ranks and block.level == self.level)
                or (block.level == 0 and block.cell is None and any(e.row for e in self.out.parts["K"].entries))
            )
            if not (after_k or (self.level is not None and block.level < self.level)):
                return False
            if area_named(text) or is_sub_heading(text) or area_in(text):
                return False
        line = plain(block.text)
        if closing("appendix").match(line) and "K" in self.out.parts:
            self.appended = True
        if line == "appendices" and self.letters == ("K",) and not self.appended:
            return False
        resume = self.letters[0] if len(self.letters) == 1 and self.area and closing("pause").fullmatch(line) else ""
        self._shut()
        self.resume = resume
        self.out.unplaced.append(number)
        return True
