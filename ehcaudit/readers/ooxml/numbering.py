"""numbering.xml → the label that Word shows before a paragraph ("1.", "(a)", "Section F") (ECMA-376 part 1, §17.9)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from ehcaudit.readers.ooxml.styles import is_on, local, value, whole_number

MOST = 100_000
"""No plan counts further; roman numerals of a thousand million are a trick."""
_ROMAN = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"),
          (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list."""

    form: str = "decimal"
    text: str = ""
    start: int = 1
    restart: int | None = None
    """Begins anew after this level (1-based) or a higher one; 0 never; None after any higher one."""
    legal: bool = False
    """All figures as decimals."""
    style: str = ""
    """The paragraph style that belongs to this level."""


@dataclass(slots=True)
class Numbering:
    """The lists of a document and how far each has counted."""

    lists: dict[str, dict[int, Level]] = field(default_factory=dict)
    """Those that were asked for."""
    counter: dict[str, str] = field(default_factory=dict)
    """List → what it counts together with: lists over one abstract list go on, unless one starts anew."""
    counts: dict[str, list[int | None]] = field(default_factory=dict)
    raw: dict[str, Any] = field(default_factory=dict)
    """List → its w:num."""
    abstract: dict[str, Any] = field(default_factory=dict)
    """Abstract list → its w:abstractNum."""

    @classmethod
    def of(cls, root: Any) -> Numbering:
        """From the root of numbering.xml; None gives no lists. A list is looked at when it is first asked for."""
        numbering = cls()
        for element in root if root is not None else ():
            name = local(element)
            if name == "abstractNum":
                numbering.abstract[value(element, "abstractNumId") or ""] = element
            elif name == "num":
                numbering.raw[value(element, "numId") or ""] = element
        return numbering

    def _list(self, key: str) -> dict[int, Level] | None:
        """The levels of a list; None where there is no such list."""
        found = self.lists.get(key)
        if found is not None or key not in self.raw:
            return found
        base, own, levels = "", dict[int, Level](), dict[int, Level]()
        for child in self.raw[key]:
            name = local(child)
            if name == "abstractNumId":
                base = value(child) or ""
                levels = self._abstract(base)
            elif name == "lvlOverride":
                at = whole_number(value(child, "ilvl"), least=0, most=8, default=0)
                for part in child:
                    if local(part) == "lvl":
                        own[at] = _level(part)
                for part in child:
                    if local(part) == "startOverride":
                        was = own.get(at) or levels.get(at, Level())
                        own[at] = replace(was, start=whole_number(value(part), least=0, most=MOST, default=1))
        self.counter[key] = key if own else f"abstract {base}"
        self.lists[key] = {**levels, **own}
        return self.lists[key]

    def _abstract(self, key: str) -> dict[int, Level]:
        """The levels of an abstract list; one that has none may name a style whose list it takes over."""
        found: dict[int, Level] = {}
        linked = ""
        for child in self.abstract.get(key, ()):
            name = local(child)
            if name == "lvl":
                found[whole_number(value(child, "ilvl"), least=0, most=8, default=0)] = _level(child)
            elif name == "numStyleLink":
                linked = value(child) or ""
        if found or not linked:
            return found
        for element in self.abstract.values():
            if any(local(child) == "styleLink" and (value(child) or "") == linked for child in element):
                found = {
                    whole_number(value(child, "ilvl"), least=0, most=8, default=0): _level(child)
                    for child in element
                    if local(child) == "lvl"
                }
        return found

    def level_of(self, key: str, style: str) -> int:
        """Which level of a list a paragraph style belongs to."""
        return next((at for at, level in (self._list(key) or {}).items() if level.style == style), 0)

    def next(self, key: str, at: int) -> tuple[str, str]:
        """Count one paragraph on. Returns (label, form); an unknown list has neither."""
        levels = self._list(key)
        if levels is None or at not in levels:
            return "", ""
        here = levels[at]
        counts = self.counts.setdefault(self.counter[key], [None] * 9)
        now = counts[at]
        counts[at] = here.start if now is None else min(now + 1, MOST)
        for below in range(at + 1, 9):
            restart = levels[below].restart if below in levels else None
            if restart is None or at < restart:
                counts[below] = None
        if here.form == "bullet":
            return "•", "bullet"
        if here.form == "none":
            return re.sub(r"%\d", "", here.text).strip(), "none"

        def figure(found: re.Match[str]) -> str:
            level = int(found[1]) - 1
            count = counts[level]
            form = "decimal" if here.legal else levels.get(level, here).form
            return in_form(levels.get(level, Level()).start if count is None else count, form)

        return " ".join(re.sub(r"%([1-9])", figure, here.text).split()), here.form


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
        elif name == "lvlRestart":
            found["restart"] = whole_number(value(child), least=0, most=9, default=0)
        elif name == "isLgl":
            found["legal"] = is_on(child)
        elif name == "pStyle":
            found["style"] = value(child) or ""
    return Level(**found)


def in_form(count: int, form: str) -> str:
    """A count as a list shows it; forms of other scripts are shown as decimals."""
    if form in ("lowerLetter", "upperLetter"):
        letter = chr(97 + (count - 1) % 26) * (1 + (count - 1) // 26) if 0 < count <= 780 else str(count)
        return letter if form == "lowerLetter" else letter.upper()
    if form in ("lowerRoman", "upperRoman"):
        roman = _roman(count)
        return roman.lower() if form == "lowerRoman" else roman
    if form == "ordinal":
        ending = "th" if 10 < count % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
        return f"{count}{ending}"
    return f"{count:02d}" if form == "decimalZero" else "" if form in ("none", "bullet") else str(count)


def _roman(count: int) -> str:
    if not 0 < count < 4000:
        return str(count)
    out = ""
    for worth, sign in _ROMAN:
        out += sign * (count // worth)
        count %= worth
    return out
