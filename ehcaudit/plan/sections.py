"""Document → Layout: the section, the area of need and the table role of every block.

One walk in document order. A table row is taken as a whole, so that a section can be a column under a header cell, a
band of rows, or simply what follows a heading. What the document does not say is left unplaced, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ehcaudit.model import Document, Warning
from ehcaudit.plan.closing import is_closer
from ehcaudit.plan.flow import Flow, is_sub_heading
from ehcaudit.plan.headings import Heading, all_title, generic_of, title_heading
from ehcaudit.plan.layout import Layout, Part, looks_like_heading
from ehcaudit.plan.lexicon import area_in, area_named, data, fold, is_label, plain, role_of
from ehcaudit.plan.tables import GridCell, Head, Row, header_row, kind_of, segments, text_in


def lay_out(document: Document) -> Layout:
    """Place every block of a document."""
    return _Walk(document).run()


class _Walk(Flow):
    """The whole walk: paragraphs as Flow takes them, table rows as what their columns and bands mean."""

    def run(self) -> Layout:
        """Walk once from the first block to the last."""
        for segment in segments(self.document, range(len(self.blocks))):
            if isinstance(segment, Row):
                self._row(segment)
            else:
                self.table, self.row = -1, None
                self._paragraph(segment)
        self._finish()
        return self.out

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
                if not part.title or part.shared_title or (head.labelled and not part.labelled):
                    part.title = heading.title if heading.letters == (head.letter,) else head.words.strip(" :")
                    part.shared_title = False
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
        return bool(
            len(block.text) < 120
            and (
                area_named(block.text)
                or generic_of(block.text)
                or is_closer(block, self.blocks, self.letters, self.candidates)
                or title_heading(block.text)
            )
        )

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
            if (
                columns
                and not heading
                and not title_heading(block.text)
                and not is_closer(block, self.blocks, self.letters, self.candidates)
            ):
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
                letter = next(
                    (h.letter for c, h in sorted(columns.items(), reverse=True) if c < cell.column and h.letter), ""
                )
            for number in cell.blocks:
                if not self.blocks[number].text.strip():
                    continue
                if head:
                    self.out.headers[number] = head.words
                strength, self.strength = self.strength, bool(head and head.role == "strength")
                line = (
                    not (head and head.role)
                    and bool(area_named(self.blocks[number].text))
                    and self.blocks[number].kind != "list-item"
                )
                if line:
                    self.area = area_named(self.blocks[number].text)
                self._place(
                    number,
                    letter,
                    role=head.role if head and head.role != "strength" else "" if head else "other",
                    column=cell.column,
                    span=cell.rows,
                    line=line,
                )
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
        elif (
            first.column == 0
            and short
            and (
                generic_of(words)
                or (words[:1] in "Hh(" and re.fullmatch(r"\W*[Hh] ?(?:[12]|\(?i{1,2}\)?)\W*", words))
                or (title_heading(words) and not kind_of(self.letters[0] if self.letters else ""))
                or is_closer(block, self.blocks, self.letters, self.candidates)
                or (title_heading(words) and len(self.letters) != 1)
                or self._other_kind(words)
            )
        ):
            for number in first.blocks:
                self._paragraph(number, band=True)
        elif first.column == 0 and short and rest and (area_named(words)):
            self.area = area_named(words)
            self._content(first.blocks[0], line=True)
        elif (
            first.column == 0
            and short
            and rest
            and role_of(words) not in ("", "item", "number", "area")
            and kind_of(self.letters[0] if len(self.letters) == 1 else "")
        ):
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
        return bool(
            heading
            and self.row
            and self.bands.get(self.row[0])
            and kind_of(heading.letters[0]) != kind_of(self.letters[0] if self.letters else "")
        )

    def _in_cell(self, number: int, cell: GridCell) -> None:
        block = self.blocks[number]
        text = block.text.strip()
        if (
            text
            and len(text) <= 110
            and block.kind != "list-item"
            and not text.endswith(".")
            and (area_named(text) or (looks_like_heading(block) and is_sub_heading(text)))
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
            names = f"{', '.join(group[:-1])} and {group[-1]}"
            if len(unsplit) == len(group) and numbers:
                for letter in group:
                    parts[letter].shares |= set(group) - {letter}
                told = f"Sections {names} stand under one heading, and nothing in the document tells them apart."
                self.out.warnings.append(Warning("sections-share-a-heading", told))
            elif sum(len(self.blocks[n].text) for n in numbers) > 80:
                told = f"Part of the text under the heading of sections {names} was placed in none of them."
                self.out.warnings.append(Warning("content-unplaced", told, len(numbers)))
        if "H" in parts and {"H1", "H2"} & set(parts) and not parts["H"].entries:
            heir = "H1" if "H1" in parts else "H2"
            self.out.section_of.update({n: heir for n, letter in self.out.section_of.items() if letter == "H"})
            del parts["H"]
        for part in parts.values():
            if part.entries and all(entry.line for entry in part.entries):
                part.headings += [entry.block for entry in part.entries]
                part.entries.clear()
        seen = {*self.out.section_of, *self.out.unplaced, *(left.evidence.block_id for left in self.out.leftovers)}
        self.out.unplaced += [b.id for b in self.blocks if b.text.strip() and b.id not in seen]
        self.out.unplaced.sort()
        for letter, part in parts.items():
            if not part.labelled and not part.sentence:
                told = f"Section {letter} was found by its title; its letter does not stand in the heading."
                self.out.warnings.append(Warning("section-opened-by-title", told))
        front = " ".join(fold(b.text) for b in (*self.blocks[:25], *self.document.margins))
        self.out.working = bool(re.search(data("headings")["plan"]["working"], front))
