"""numbering.xml → the label that Word shows before a paragraph ("1.", "(a)", "Section F") (ECMA-376 part 1, §17.9)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from ehcaudit.readers.styles import local, value, whole_number

MOST = 100_000
"""No plan counts further; roman numerals of a thousand million are a trick."""


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list."""

    form: str = "decimal"
    text: str = ""
    start: int = 1
    restart: int | None = None


@dataclass(slots=True)
class Numbering:
    """The lists of a document and how far each has counted."""

    lists: dict[str, dict[int, Level]] = field(default_factory=dict)
    abstract: dict[str, str] = field(default_factory=dict)
    counts: dict[str, list[int | None]] = field(default_factory=dict)

    @classmethod
    def of(cls, root: Any) -> Numbering:
        """From the root of numbering.xml; None gives no lists."""
        numbering, levels = cls(), {}
        for element in root if root is not None else ():
            if local(element) == "abstractNum":
                levels[value(element, "abstractNumId") or ""] = {
                    whole_number(value(child, "ilvl"), least=0, most=8, default=0): _level(child)
                    for child in element if local(child) == "lvl"}
        for element in root if root is not None else ():
            if local(element) != "num":
                continue
            key, base = value(element, "numId") or "", ""
            own: dict[int, Level] = {}
            for child in element:
                if local(child) == "abstractNumId":
                    base = value(child) or ""
                elif local(child) == "lvlOverride":
                    at = whole_number(value(child, "ilvl"), least=0, most=8, default=0)
                    for part in child:
                        if local(part) == "lvl":
                            own[at] = _level(part)
                        elif local(part) == "startOverride":
                            was = own.get(at) or levels.get(base, {}).get(at, Level())
                            own[at] = Level(was.form, was.text, whole_number(value(part), least=0, most=MOST, default=1), was.restart)
            numbering.lists[key] = {**levels.get(base, {}), **own}
            # Lists over one abstract list go on counting together, unless one starts anew.
            numbering.abstract[key] = key if own else f"abstract {base}"
        return numbering

    def next(self, key: str, level: int) -> tuple[str, str]:
        """Count one paragraph on. Returns (label, form); an unknown list has no label."""
        levels = self.lists.get(key)
        if levels is None or level not in levels:
            return "", ""
        here = levels[level]
        counts = self.counts.setdefault(self.abstract[key], [None] * 9)
        now = counts[level]
        counts[level] = here.start if now is None else min(now + 1, MOST)
        for below in range(level + 1, 9):
            counts[below] = None
        if here.form == "bullet":
            return "•", "bullet"
        if here.form == "none":
            return re.sub(r"%\d", "", here.text).strip(), "none"

        def figure(found: re.Match[str]) -> str:
            at = int(found[1]) - 1
            count = counts[at]
            return in_form(levels.get(at, Level()).start if count is None else count, levels.get(at, here).form)

        return re.sub(r"%([1-9])", figure, here.text).strip(), here.form


def _level(element: Any) -> Level:
    found: dict[str, Any] = {}
    for child in element:
        name = local(child)
        if name == "numFmt":
            found["form"] = value(child) or "decimal"
        elif name == "lvlText":
            found["text"] = (value(child) or "")[:200]
        elif name == "start":
            found["start"] = whole_number(value(child), least=0, most=MOST, default=1)
    return Level(**found)


def in_form(count: int, form: str) -> str:
    """A count as a list shows it."""
    if form in ("lowerLetter", "upperLetter"):
        letter = chr(97 + (count - 1) % 26) * (1 + (count - 1) // 26) if 0 < count < 2600 else str(count)
        return letter if form == "lowerLetter" else letter.upper()
    if form in ("lowerRoman", "upperRoman"):
        roman = _roman(count)
        return roman.lower() if form == "lowerRoman" else roman
    return f"{count:02d}" if form == "decimalZero" else str(count)


def _roman(count: int) -> str:
    if not 0 < count < 4000:
        return str(count)
    out = ""
    for worth, sign in ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
                        (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")):
        out += sign * (count // worth)
        count %= worth
    return out
