"""styles.xml → what a paragraph or run style makes of its text (ECMA-376 part 1, §17.7)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

SPACES = (
    "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}",
    "{http://purl.oclc.org/ooxml/wordprocessingml/main}",
)
"""WordprocessingML, transitional and strict, as lxml writes a namespace before a name."""
_VAL = SPACES[0] + "val"
_ON = {None, "1", "true", "on"}

HIDDEN, PLACEHOLDER, SHADED, STRUCK = 1, 2, 4, 8
"""What holds for text because of what is around it, as flags: a hidden row, a control that shows its prompt …"""

_SAID = {
    "b": "bold", "i": "italic", "u": "underline", "strike": "strike", "dstrike": "double", "vanish": "hidden",
    "color": "colour", "highlight": "highlight", "shd": "shaded", "rStyle": "style",
}  # fmt: skip
PROPERTIES = {space + name: said for space in SPACES for name, said in _SAID.items()}
"""Children of a w:rPr that bear on what its words mean; all others are only looks."""


def local(element: Any) -> str:
    """An element's name without its namespace ("" for comments and the like)."""
    tag = element.tag
    return tag[tag.rfind("}") + 1 :] if isinstance(tag, str) else ""


def value(element: Any, name: str = "val") -> str | None:
    """An attribute, whatever its namespace prefix."""
    text = element.get(_VAL if name == "val" else SPACES[0] + name)
    if text is None:
        for key, other in element.items():
            if key[key.rfind("}") + 1 :] == name:
                return str(other)
        return None
    return str(text)


def is_on(element: Any) -> bool:
    """A toggle: on without a value, and with 1, true or on."""
    return value(element) in _ON


def whole_number(text: str | None, *, least: int, most: int, default: int) -> int:
    """An integer attribute, clamped; a bad value is the default."""
    try:
        return max(least, min(most, int((text or "")[:20])))
    except ValueError:
        return default


@dataclass(frozen=True, slots=True)
class Said:
    """What one level (a style, a run's own properties) says of the look of its words. None: it is silent."""

    bold: bool | None = None
    italic: bool | None = None
    underline: bool | None = None
    strike: bool | None = None
    double: bool | None = None
    hidden: bool | None = None
    colour: str | None = None
    highlight: bool | None = None
    shaded: bool | None = None
    placeholder: bool | None = None

    def over(self, base: Said) -> Said:
        """This level where it speaks, else the one it is based on."""
        if self == SILENT or base == SILENT:
            return base if self == SILENT else self
        return Said(*(b if a is None else a for a, b in zip(_all(self), _all(base), strict=True)))


SILENT = Said()
_FIELDS = tuple(Said.__dataclass_fields__)


def _all(said: Said) -> tuple[Any, ...]:
    return tuple(getattr(said, name) for name in _FIELDS)


def facts(properties: Any) -> tuple[Any, ...]:
    """The children of a w:rPr that matter, flat: name, value, name, value … Most runs give an empty tuple."""
    found: tuple[Any, ...] = ()
    for child in properties:
        name = PROPERTIES.get(child.tag)
        if name is not None:
            found += (name, value(child, "fill" if name == "shaded" else "val"))
    return found


def said_by(found: tuple[Any, ...]) -> Said:
    """Flat facts as a level of its own (without its character style)."""
    says: dict[str, Any] = {}
    for name, text in zip(found[::2], found[1::2], strict=True):
        if name == "underline":
            says[name] = text != "none"
        elif name == "colour":
            says[name] = (text or "").lower()
        elif name == "highlight":
            says[name] = (text or "none") != "none"
        elif name == "shaded":
            says[name] = is_shade(text)
        elif name != "style":
            says[name] = text in _ON
    return Said(**says) if says else SILENT


def is_shade(fill: str | None) -> bool:
    """A fill that white words can be read on."""
    return (fill or "auto").lower() not in ("auto", "ffffff", "white", "")


class Look:
    """How words look in the end. ``kinds`` are the marks it gives; ``runs`` remembers the looks of runs over it."""

    __slots__ = ("apart", "default", "kinds", "runs", "said")

    def __init__(self, said: Said, default: Said) -> None:
        self.said, self.default = said, default
        self.kinds = tuple(_kinds(said))
        self.apart = "struck-through" if said.strike or said.double else "hidden" if said.hidden else ""
        self.runs: dict[Any, Look] = {}

    def flagged(self, flags: int) -> Look:
        """This look inside a hidden row, a control that shows its prompt, a shaded cell."""
        if not flags:
            return self
        found = self.runs.get(flags)
        if found is None:
            said = replace(
                self.said,
                hidden=bool(flags & HIDDEN) or self.said.hidden,
                placeholder=bool(flags & PLACEHOLDER) or self.said.placeholder,
                shaded=bool(flags & SHADED) or self.said.shaded,
                strike=bool(flags & STRUCK) or self.said.strike,
            )
            found = self.runs[flags] = Look(said, self.default)
        return found

    def run(self, found: tuple[Any, ...], styles: Styles) -> Look:
        """The look of a run with these facts in a paragraph of this look; itself where nothing changes."""
        look = self.runs.get(found)
        if look is None:
            style = SILENT
            for name, text in zip(found[::2], found[1::2], strict=True):
                if name == "style":
                    style = styles.get(text or "").said
            own = said_by(found)
            says = dict(zip(_FIELDS, _all(own.over(style.over(self.said))), strict=True))
            for name in ("bold", "italic", "strike", "hidden"):
                # §17.7.3: a character style and a paragraph style that both switch a toggle on switch it off.
                if getattr(own, name) is None and getattr(style, name) is not None:
                    base, always = getattr(self.said, name), getattr(self.default, name)
                    says[name] = bool(always) or (bool(base) != getattr(style, name))
            look = Look(Said(**says), self.default)
            if look.kinds == self.kinds and look.apart == self.apart:
                look = self
            self.runs[found] = look
        return look


def _kinds(said: Said) -> Iterable[str]:
    for name in ("bold", "italic", "underline", "highlight", "placeholder"):
        if getattr(said, name):
            yield name
    colour = said.colour or ""
    if colour in ("ffffff", "white"):
        if not said.shaded:  # White words on a coloured cell are a heading, not hidden words.
            yield "white"
    elif re.fullmatch("[0-9a-f]{6}", colour):
        red, green, blue = (int(colour[n : n + 2], 16) for n in (0, 2, 4))
        if max(red, green, blue) - min(red, green, blue) <= 12 and 0x60 <= green <= 0xDC:
            yield "grey"


@dataclass(frozen=True, slots=True)
class Style:
    """A style with what it inherits already worked in."""

    name: str = ""
    """In lower case; Word keeps the names of its own styles in English."""
    said: Said = SILENT
    outline: int | None = None
    number: tuple[str, int] | None = None
    """(numId, level); level -1: the level of that list that names this style."""


@dataclass(slots=True)
class Styles:
    """All styles of a document; an unknown id is a plain style."""

    raw: dict[str, Any] = field(default_factory=dict)
    default: Said = SILENT
    default_paragraph: str = ""
    done: dict[str, Style] = field(default_factory=dict)
    looks: dict[str, Look] = field(default_factory=dict)

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
                    styles.default_paragraph = key  # Of several the last (§17.7.4.17).
            elif name == "docDefaults":
                for part in element.iter():
                    if local(part) == "rPr":
                        styles.default = said_by(facts(part))
        return styles

    def get(self, key: str) -> Style:
        """A style by id. A circle of basedOn ends where it closes."""
        found = self.done.get(key)
        if found is not None:
            return found
        chain: list[str] = []
        at: str | None = key
        while at and at in self.raw and at not in chain and at not in self.done and len(chain) < 64:
            chain.append(at)
            at = next((value(c) for c in self.raw[at] if local(c) == "basedOn"), None)
        base = self.done.get(at or "", Style())
        for name in reversed(chain):
            base = self.done[name] = self._one(self.raw[name], base)
        return self.done.setdefault(key, base if chain else Style())

    def look(self, key: str) -> Look:
        """The look of a paragraph of this style, before its runs speak."""
        found = self.looks.get(key)
        if found is None:
            found = self.looks[key] = Look(self.get(key).said.over(self.default), self.default)
        return found

    def _one(self, element: Any, base: Style) -> Style:
        name, said, outline, number = "", SILENT, base.outline, base.number
        for child in element:
            kind = local(child)
            if kind == "name":
                name = (value(child) or "").lower()
            elif kind == "rPr":
                said = said_by(facts(child))
            elif kind == "pPr":
                for part in child:
                    if local(part) == "outlineLvl":
                        outline = whole_number(value(part), least=0, most=9, default=9)
                    elif local(part) == "numPr":
                        number = number_of(part, (number or ("", -1)))
        if outline is None and (heading := re.fullmatch(r"heading ?([1-9])", name)):
            outline = int(heading[1]) - 1
        elif outline is None and name == "title":
            outline = 0
        if name == "placeholder text":
            said = replace(said, placeholder=True)
        return Style(name, said.over(base.said), outline, number)


def number_of(properties: Any, base: tuple[str, int] | None = None) -> tuple[str, int] | None:
    """(numId, level) of a w:numPr, worked over what the style says; None where numbering is switched off (numId 0)."""
    key, level = base or ("", 0)
    for child in properties:
        if local(child) == "numId":
            key = (value(child) or "").strip()
        elif local(child) == "ilvl":
            level = whole_number(value(child), least=0, most=8, default=0)
    return (key, level) if key and key != "0" else None
