"""Running headers and footers: lines that recur at the edge of the pages, above or below all that does not recur."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from ehcaudit.readers.pdfium.lines import Line, gap_before, lines_of
from ehcaudit.readers.pdfium.page import RawPage, Run

_ZONE = 0.16
"""Share of a page's height, from either edge, in which a header or footer can stand."""
_NUMBER = re.compile(r"(?:page|p\.?)?\s*\|?\s*#(?:\s*(?:of|/|\|)\s*#)?(?:\s*\|?\s*page)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Margin:
    """One line of a header or footer."""

    kind: str
    """``header`` or ``footer``."""
    text: str
    page: int


def plain(runs: list[Run]) -> str:
    """The words of a line."""
    text = runs[0].text
    for left, right in pairwise(runs):
        text += f" {right.text}" if gap_before(left, right) else right.text
    return " ".join(text.split())


def key_of(text: str) -> str:
    """What stays the same from page to page: digits are not compared."""
    return re.sub(r"\d+", "#", text).casefold()


def take_margins(pages: list[RawPage]) -> list[Margin]:
    """Take the running lines off all pages and give each distinct one once, in order."""
    found: dict[tuple[str, str], Margin] = {}
    for kind in ("header", "footer"):
        edges = [_edge(page, kind) for page in pages]
        for page, lines in zip(pages, _running(pages, edges, kind), strict=True):
            gone = {id(run) for line in lines for run in line.runs}
            if not gone:
                continue
            page.runs = [run for run in page.runs if id(run) not in gone]
            for line in lines:
                text = plain(line.runs)
                found.setdefault((kind, key_of(text)), Margin(kind, text, page.number))
    for text, first, runs in _watermarks(pages):
        gone = {id(run) for run in runs}
        for page in pages:
            page.runs = [run for run in page.runs if not (run.turned and id(run) in gone)]
        found.setdefault(("header", key_of(text)), Margin("header", text, first))
    return list(found.values())


def _edge(page: RawPage, kind: str) -> list[Line]:
    """The lines of the zone at one edge, from the edge inwards."""
    limit = page.height * _ZONE
    if kind == "header":
        runs = [run for run in page.runs if run.bottom <= limit and not run.turned]
        return lines_of(runs)
    runs = [run for run in page.runs if run.top >= page.height - limit and not run.turned]
    return lines_of(runs)[::-1]


def _place(line: Line, page: RawPage, kind: str) -> float:
    """Distance of a line from its edge."""
    return line.base if kind == "header" else page.height - line.base


def _running(pages: list[RawPage], edges: list[list[Line]], kind: str) -> list[list[Line]]:
    """For each page its running lines."""
    seen: Counter[tuple[str, int]] = Counter()
    keys: list[list[tuple[str, float]]] = []
    for page, lines in zip(pages, edges, strict=True):
        own = [(key_of(plain(line.runs)), _place(line, page, kind)) for line in lines]
        keys.append(own)
        seen.update({(text, round(place / 8)) for text, place in own})

    def often(text: str, place: float) -> int:
        at = round(place / 8)
        return max(seen[text, at] + max(seen[text, at - 1], seen[text, at + 1]), 0)

    least = max(2, min(4, round(0.3 * len(pages))))
    recurs = [
        [
            often(text, place) >= least and not _in_table(line, page, kind)
            for line, (text, place) in zip(lines, own, strict=True)
        ]
        for page, lines, own in zip(pages, edges, keys, strict=True)
    ]
    # Nothing that does not recur may stand nearer to the edge, on (nearly) any page: else it is the page's text.
    firsts = sorted(
        place
        for own, marks in zip(keys, recurs, strict=True)
        for place in [next((p for (_, p), mark in zip(own, marks, strict=True) if not mark), None)]
        if place is not None
    )
    body = firsts[len(firsts) // 12] if firsts else float("inf")
    taken: list[list[Line]] = []
    for page, lines, own, marks in zip(pages, edges, keys, recurs, strict=True):
        mine: list[Line] = []
        for line, (text, place), mark in zip(lines, own, marks, strict=True):
            numbered = len(text) < 24 and bool(_NUMBER.fullmatch(text)) and ("page" in text or kind == "footer")
            if not (mark and place < body - 1) and not (numbered and len(pages) < 3 and place < 0.1 * page.height):
                break
            mine.append(line)
        taken.append(mine)
    return taken


def _in_table(line: Line, page: RawPage, kind: str) -> bool:
    """Whether a line stands in a table that goes on into the page: a header row that is repeated on each page."""
    limit = page.height * _ZONE
    for rule in page.down:
        if rule.top - 2 <= line.base <= rule.bottom + 2 and rule.bottom - rule.top > 8:
            deep = rule.bottom > limit if kind == "header" else rule.top < page.height - limit
            if deep:
                return True
    return False


def _watermarks(pages: list[RawPage]) -> list[tuple[str, int, list[Run]]]:
    """Words set aslant or sideways that recur on most pages."""
    found: dict[str, list[tuple[int, list[Run]]]] = {}
    for page in pages:
        turned = [run for run in page.runs if run.turned]
        if turned:
            text = " ".join(" ".join(run.text for run in turned).split())
            found.setdefault(key_of(text), []).append((page.number, turned))
    return [
        (
            " ".join(" ".join(run.text for run in places[0][1]).split()),
            places[0][0],
            [r for _, rs in places for r in rs],
        )
        for places in found.values()
        if len(places) >= max(2, 0.5 * len(pages))
    ]
