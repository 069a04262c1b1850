"""styles.xml → what a paragraph or run style makes of its text (ECMA-376 part 1, §17.7)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

_ON = {None, "1", "true", "on"}


@dataclass(frozen=True, slots=True)
class Look:
    """How a run looks, as far as it bears on what its words mean. None: not said at this level."""

    bold: bool | None = None
    italic: bool | None = None
    underline: bool | None = None
    struck: bool | None = None
    hidden: bool | None = None
    colour: str | None = None
    highlight: bool | None = None
    placeholder: bool | None = None

    def over(self, base: Look) -> Look:
        """This look where it says something, else the base's."""
        if self is PLAIN:
            return base
        if base is PLAIN:
            return self
        return Look(*(mine if mine is not None else theirs for mine, theirs in zip(self._all(), base._all(), strict=True)))

    def _all(self) -> tuple[Any, ...]:
        return (self.bold, self.italic, self.underline, self.struck, self.hidden, self.colour, self.highlight, self.placeholder)


PLAIN = Look()


def local(element: Any) -> str:
    """An element's name without its namespace ("" for comments and the like)."""
    tag = element.tag
    return tag[tag.rfind("}") + 1:] if isinstance(tag, str) else ""


def value(element: Any, name: str = "val") -> str | None:
    """An attribute whatever its namespace prefix."""
    for key, text in element.items():
        if key[key.rfind("}") + 1:] == name:
            return str(text)
    return None


def whole_number(text: str | None, *, least: int, most: int, default: int) -> int:
    """An integer attribute, clamped; a bad value is the default."""
    try:
        return max(least, min(most, int(text or "")))
    except ValueError:
        return default


def look_of(properties: Any) -> Look:
    """The look that a w:rPr states directly."""
    found: dict[str, Any] = {}
    for child in properties:
        name = local(child)
        if name == "b":
            found["bold"] = value(child) in _ON
        elif name == "i":
            found["italic"] = value(child) in _ON
        elif name == "u":
            found["underline"] = (value(child) or "single") != "none"
        elif name in ("strike", "dstrike"):
            found["struck"] = found.get("struck", False) or value(child) in _ON
        elif name in ("vanish", "specVanish"):
            found["hidden"] = value(child) in _ON
        elif name == "color":
            found["colour"] = (value(child) or "").lower()
        elif name == "highlight":
            found["highlight"] = (value(child) or "none") != "none"
    return Look(**found) if found else PLAIN


@dataclass(frozen=True, slots=True)
class Style:
    """A style with what it inherits already worked in."""

    name: str = ""
    look: Look = PLAIN
    outline: int | None = None
    number: tuple[str, int] | None = None
    """(numId, level)."""


@dataclass(slots=True)
class Styles:
    """All styles of a document; an unknown id is a plain style."""

    raw: dict[str, Any] = field(default_factory=dict)
    default: Look = PLAIN
    default_paragraph: str = ""
    done: dict[str, Style] = field(default_factory=dict)

    @classmethod
    def of(cls, root: Any) -> Styles:
        """From the root of styles.xml; None gives an empty set."""
        styles = cls()
        for element in root if root is not None else ():
            name = local(element)
            if name == "style":
                key = value(element, "styleId") or ""
                styles.raw.setdefault(key, element)
                if value(element, "type") == "paragraph" and value(element, "default") in ("1", "true", "on"):
                    styles.default_paragraph = key
            elif name == "docDefaults":
                for part in element.iter():
                    if local(part) == "rPr":
                        styles.default = look_of(part)
        return styles

    def get(self, key: str) -> Style:
        """A style by id. A circle of basedOn ends where it closes."""
        if key in self.done:
            return self.done[key]
        chain: list[str] = []
        at: str | None = key
        while at and at in self.raw and at not in chain and at not in self.done and len(chain) < 64:
            chain.append(at)
            at = next((value(c) for c in self.raw[at] if local(c) == "basedOn"), None)
        base = self.done.get(at or "", Style())
        for name in reversed(chain):
            base = self.done[name] = self._one(self.raw[name], base)
        return self.done.get(key, base if chain else Style())

    def _one(self, element: Any, base: Style) -> Style:
        name, look, outline, number = "", PLAIN, base.outline, base.number
        for child in element:
            kind = local(child)
            if kind == "name":
                name = (value(child) or "").lower()
            elif kind == "rPr":
                look = look_of(child)
            elif kind == "pPr":
                for part in child:
                    if local(part) == "outlineLvl":
                        level = whole_number(value(part), least=0, most=9, default=9)
                        outline = level if level < 9 else None
                    elif local(part) == "numPr":
                        number = number_of(part, number)
        if heading := re.fullmatch(r"heading (\d)", name):
            outline = int(heading[1]) - 1 if outline is None else outline
        elif name == "title":
            outline = 0
        if name == "placeholder text":
            look = replace(look, placeholder=True)
        return Style(name, look.over(base.look), outline, number)


def number_of(properties: Any, base: tuple[str, int] | None = None) -> tuple[str, int] | None:
    """(numId, level) of a w:numPr, worked over what the style says; None where numbering is switched off (numId 0)."""
    key, level = base if base else ("", 0)
    for child in properties:
        if local(child) == "numId":
            key = value(child) or ""
        elif local(child) == "ilvl":
            level = whole_number(value(child), least=0, most=8, default=0)
    return (key, level) if key and key != "0" else None


def marks_of(look: Look) -> tuple[str, ...]:
    """The kinds of Mark that a look gives its words."""
    if look is PLAIN:
        return ()
    kinds = []
    if look.bold:
        kinds.append("bold")
    if look.italic:
        kinds.append("italic")
    if look.underline:
        kinds.append("underline")
    if look.highlight:
        kinds.append("highlight")
    if look.placeholder:
        kinds.append("placeholder")
    colour = look.colour or ""
    if colour in ("ffffff", "white"):
        kinds.append("white")
    elif re.fullmatch(r"([0-9a-f]{2})\1\1", colour) and 0x60 <= int(colour[:2], 16) <= 0xD9:
        kinds.append("grey")
    return tuple(kinds)


LookOf = Mapping[str, Look]
