"""Blocks → which of them could head a section, which only list the sections, and which are page titles.

A contents page and a table of what each section means name the letters too; so does a page title that a converter has
put into the body. None of them opens a section.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ehcaudit.model import Block
from ehcaudit.plan.headings import LONGEST, Heading, all_title, heading_of, title_heading, titles
from ehcaudit.plan.layout import looks_like_heading
from ehcaudit.plan.lexicon import data, fold

_BARE = re.compile(r"\W?(?:[A-K]|H[12])\W?")
_NUMBERED = re.compile(r"\W?(?:[A-GI-K]|H[12]?)\d?\W?")


def _letter_alone(text: str) -> bool:
    bare = text.strip()
    return len(bare) <= 5 and _NUMBERED.fullmatch(bare) is not None


def candidates(blocks: Sequence[Block]) -> dict[int, Heading]:
    """The blocks whose words could head a section, by the line alone."""
    found: dict[int, Heading] = {}
    previous = ""
    for block in blocks:
        text = block.text
        if text and block.kind not in ("note", "header", "footer"):
            heading = heading_of(
                text, block.label, item=block.kind == "list-item" and not re.search("[A-Za-z]", block.label)
            )
            wrapped = previous and text[:1].islower() and previous[-1:] not in ".:;!?" and not looks_like_heading(block)
            if heading and not wrapped:
                found[block.id] = heading
            elif block.cell and _letter_alone(text):
                follower = blocks[block.id + 1] if block.id + 1 < len(blocks) else None
                if (
                    follower
                    and follower.cell
                    and follower.cell.table == block.cell.table
                    and follower.cell.row == block.cell.row
                    and all_title(follower.text)
                    and titles(follower.text)
                ):
                    letter = re.sub(r"\W", "", text)
                    letter = letter if letter in ("H1", "H2") else letter[0]
                    found[block.id] = Heading((letter,), "", "alone", titled=False)
            previous = text.strip()
    return found


def listed(blocks: Sequence[Block], found: Mapping[int, Heading]) -> set[int]:
    """The headings that only list the sections: a run of five letters or more with next to nothing between them."""
    marks = [(n, h) for n, h in found.items()]
    seen = {n for n, _ in marks}
    for block in blocks:
        if block.id not in seen and 3 < len(block.text) <= LONGEST:
            title = title_heading(block.text)
            if title and title.form == "title":
                marks.append((block.id, title))
    bare = [
        (b.id, Heading((re.sub(r"\W", "", b.text),), "", "alone"))
        for b in blocks
        if b.id not in seen and len(line := b.text.strip()) <= 4 and _BARE.fullmatch(line)
    ]
    marks = sorted([*marks, *bare], key=lambda mark: mark[0])
    runs: list[list[tuple[int, Heading]]] = []
    for number, heading in marks:
        again = (
            heading.labelled
            and runs
            and any(h.labelled and h.letters == heading.letters for _, h in runs[-1])
            and len({letter for _, h in runs[-1] for letter in h.letters}) >= 5
        )
        if runs and not again and _little_between(blocks, found, runs[-1][-1][0], number):
            runs[-1].append((number, heading))
        else:
            runs.append([(number, heading)])
    lists: set[int] = set()
    runs_first = next((run for run in runs if len(run) > 1), None)
    for run in runs:
        letters = [letter for _, heading in run for letter in heading.letters]
        distinct = set(letters)
        if len(distinct) < 5:
            continue
        inside = {number for number, _ in run}
        later = {letter for n, h in found.items() if n > run[-1][0] and h.labelled for letter in h.letters} | {
            letter for n, h in marks if n > run[-1][0] and n not in inside for letter in h.letters if not h.labelled
        }
        before = " ".join(fold(b.text) for b in blocks[max(0, run[0][0] - 4) : run[0][0]] if len(b.text) < 160)
        told = re.search(data("headings")["contents"]["before"], before)
        paged = sum(bool(re.search(data("headings")["contents"]["page"], fold(blocks[n].text))) for n, _ in run)
        size = sum(len(b.text) for b in blocks[run[0][0] : run[-1][0]])
        repeated = len(distinct & later) * 2 >= len(distinct) and size < sum(
            len(b.text) for b in blocks[run[-1][0] + 1 :]
        )
        if (
            repeated
            or (told and run is runs_first)
            or paged * 2 >= len(run)
            or ({"A", "B"} <= distinct and letters[0] == "A" and _bare(blocks, run))
        ):
            lists |= inside
            lists |= set(range(run[0][0], run[-1][0] + 1))
            last = blocks[run[-1][0]]
            if last.cell:  # The explanation beside the last letter belongs to the list too.
                lists |= {
                    b.id
                    for b in blocks[run[-1][0] : run[-1][0] + 12]
                    if b.cell and (b.cell.table, b.cell.row) == (last.cell.table, last.cell.row)
                }
    return lists


def _bare(blocks: Sequence[Block], run: Sequence[tuple[int, Heading]]) -> bool:
    """Nothing at all stands under the headings of a run."""
    inside = {number for number, _ in run}
    between = [b for b in blocks[run[0][0] : run[-1][0]] if b.id not in inside and b.text.strip()]
    return sum(len(b.text) for b in between) < 40 and all(h.content < 0 for _, h in run)


def _little_between(blocks: Sequence[Block], found: Mapping[int, Heading], first: int, second: int) -> bool:
    """Next to no text between two headings: nothing, or in a table one cell that explains."""
    a, b = blocks[first], blocks[second]
    heading = found.get(first)
    if heading and heading.content >= 0:
        return False
    between = [block for block in blocks[first + 1 : second] if block.text.strip()]
    size = sum(len(block.text) for block in between)
    if a.cell and b.cell and a.cell.table == b.cell.table:
        if a.cell.row == b.cell.row:
            return size < 60
        # From a letter to the letter below it, or from its title beside it to that letter.
        return (size <= 420 and len(between) <= 4 and a.cell.column == b.cell.column) or not between
    wrapped = all(len(b.text) <= 90 and b.text.rstrip()[-1:] not in ".!?" for b in between)
    return (size <= 60 and len(between) <= 1) or (size <= 150 and len(between) <= 2 and wrapped)


def running(blocks: Sequence[Block], found: Mapping[int, Heading]) -> set[int]:
    """Page titles that stand in the body again and again."""
    seen: dict[str, list[int]] = {}
    for block in blocks:
        if block.cell is None and block.kind != "list-item" and 6 < len(block.text) <= 120:
            seen.setdefault(re.sub(r"\d+", "#", fold(block.text)), []).append(block.id)
    about = re.compile(r"\bplan\b|\behcp?\b|official|sensitive|confidential|page #|\bdob\b|date of birth|surname")
    return {
        n
        for text, ids in seen.items()
        if len(ids) >= 3 and about.search(text) and not text.rstrip().endswith(".")
        for n in ids
        if n not in found and not titles(text)
    }
