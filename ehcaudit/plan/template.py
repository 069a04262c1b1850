"""What the form printed, as against what a person wrote: prompts, placeholders, prefilled cells, guidance.

Only the text of one paragraph goes in, with what the reader knows of its looks; out come the stretches that are
left over from the template, and whether anything else is left of the paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal

from ehcaudit.model import Block
from ehcaudit.plan.lexicon import data, fold, plain
from ehcaudit.plan.sifted import Sifted, any_of

Kind = Literal["placeholder", "guidance", "prefilled", "merge-field"]

_MAYBE = re.compile(r"[\[{«<_…/*☐□]|[Cc]hoose|[Cc]lick|[Tt]ap |[Ee]nter|[Ss]elect|[Xx]{3}|\.{8}|YY|[Ll]orem|[Dd]elete")
_SIGNS = re.compile(r"[\[{«<_…/*☐□]")
_WORDS = ("choose", "click", "tap ", "enter", "select", "xxx", "........", "yy", "lorem", "delete")
_CROSSES = re.compile(r"\b[Xx]{3,}\b")


@dataclass(frozen=True, slots=True)
class Reading:
    """One paragraph, read for template text."""

    content: bool
    """Something is left that a person wrote."""
    left: tuple[tuple[Kind, int, int], ...] = ()
    """(kind, start, end) in the block's text."""


@cache
def _inline(crosses: bool) -> tuple[tuple[Kind, Sifted], ...]:
    inline = data("template_text")["inline"]
    placeholders = [p for p in inline["placeholder"] if crosses or not re.search(r"X\{|Xx|xxx", p)]
    return ("merge-field", Sifted(inline["merge-field"])), ("placeholder", Sifted(placeholders))


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    whole, guidance = data("template_text")["whole"], data("template_text")["guidance"]
    return {
        "prefilled": any_of(whole["prefilled"]),
        "start": any_of(guidance["start"]),
        "imperative": any_of(guidance["imperative"]),
        "never": re.compile(guidance["never"]),
        "prompt": re.compile(guidance["prompt"]),
        "order": re.compile(guidance["order"]),
    }


def crosses_are_a_name(blocks: Iterable[Block]) -> bool:
    """Whether "XXXX" stands for the child throughout, as in an anonymised plan, and is no gap to fill in."""
    return sum(len(_CROSSES.findall(block.text)) for block in blocks if "xxx" in block.text or "XXX" in block.text) >= 6


def _maybe(text: str) -> bool:
    """Whether ``_MAYBE`` is in a text; each of its branches is one of the signs or, but for capitals, of the words."""
    if _SIGNS.search(text):
        return True
    low = text.lower()
    for word in _WORDS:
        if word in low:
            return _MAYBE.search(text) is not None
    return False


def read_template(block: Block, *, start: int = 0, fresh: bool = False, crosses: bool = True) -> Reading:
    """Read one paragraph from ``start``. ``fresh``: it stands right under a heading; ``crosses``: XXXX is a gap."""
    text = block.text
    part = text[start:]
    stripped = part.strip()
    if not stripped:
        return Reading(False)
    whole = (start + len(part) - len(part.lstrip()), start + len(part.rstrip()))
    patterns = _patterns()
    if len(stripped) < 60 and patterns["prefilled"].fullmatch(fold(stripped)):
        return Reading(False, (("prefilled", *whole),))
    left: list[tuple[Kind, int, int]] = [
        ("placeholder", mark.start, mark.end) for mark in block.marks if mark.kind == "placeholder" and mark.end > start
    ]
    if _maybe(part):
        for kind, pattern in _inline(crosses):
            left += [(kind, m.start(), m.end()) for m in pattern.finditer(text, start) if m.end() > m.start()]
    if left:
        left = _apart(left)
        rest = text[start:]
        for _, begin, end in reversed(left):
            rest = rest[: max(begin - start, 0)] + " " + rest[max(end - start, 0) :]
        if not re.search(r"[A-Za-z0-9]", rest) or len(re.findall(r"[A-Za-z]{2,}", rest)) == 0:
            return Reading(False, tuple(left))
        if re.fullmatch(r"(?:date|name|signed|role|title|dob)?\W*", fold(rest).strip()):
            return Reading(False, tuple(left))
    if stripped[0] in "[(" and stripped[-1:] in "])" and stripped.count("[") + stripped.count("(") <= 2:
        inside = fold(stripped[1:-1])
        if (
            stripped[0] == "["
            and patterns["order"].search(inside)
            and not re.match(r"(?:insert|enter|delete|add|please)", inside)
        ):
            return Reading(False)
        if stripped[0] == "[" and (patterns["prompt"].search(inside) or len(inside.split()) <= 6):
            return Reading(False, (("guidance", *whole),))
        if patterns["start"].match(inside) or re.match(r"(?:insert|enter|delete|please|add)\b", inside):
            return Reading(False, (("guidance", *whole),))
    line = plain(stripped) if len(stripped) < 1200 else ""
    grey = any(m.kind == "grey" and m.start <= whole[0] and m.end >= whole[1] for m in block.marks)
    if line and grey and patterns["prompt"].search(line) and not patterns["never"].search(f"{line} "):
        return Reading(False, (("guidance", *whole),))
    if (
        line  # The dear one, which looks at the whole line, comes last.
        and (patterns["start"].match(line) or (fresh and patterns["imperative"].match(line)))
        and not patterns["never"].search(f"{line} ")
    ):
        return Reading(False, (("guidance", *whole),))
    return Reading(True, tuple(left))


def _apart(spans: list[tuple[Kind, int, int]]) -> list[tuple[Kind, int, int]]:
    """The spans in order, without those that lie in or over one before them."""
    kept: list[tuple[Kind, int, int]] = []
    for span in sorted(spans, key=lambda s: (s[1], -s[2])):
        if not kept or span[1] >= kept[-1][2]:
            kept.append(span)
    return kept
