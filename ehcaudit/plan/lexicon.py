"""The plan stage's data files as compiled patterns, and the folding of text that they are matched against.

``fold`` keeps every offset: one character in, one character out.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from ehcaudit.language.calendar import Dated, find_dates
from ehcaudit.plan.sifted import any_of

_FOLD = str.maketrans(
    {
        **dict.fromkeys("’‘ʼ´`′‛", "'"),
        **dict.fromkeys("“”„″", '"'),
        **dict.fromkeys("–—‒−‐‑―", "-"),
        **dict.fromkeys("\u00a0\u2002\u2003\u2009\u202f\t\n\r\u200b\ufeff", " "),
        "İ": "I",
    }
)


_LINES = 2048
"""Lines whose reading is remembered: a line is looked at many times while its plan is laid out."""
_START = re.compile(r"^[\W_]*?(?=[^\W_]|[(\[£])")


@lru_cache(1024)
def fold(text: str) -> str:
    """Lower case, straight quotes, plain dashes and spaces; as long as ``text``."""
    if text.isascii():
        return text.lower()
    folded = text.translate(_FOLD).lower()
    return folded if len(folded) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


@lru_cache(_LINES)
def plain(text: str) -> str:
    """Folded, "&" as "and", single spaces, no bullets, colons or full stops at the ends: for whole-line matching."""
    line = " ".join(fold(text).replace("&", "and").split())
    if not line[:1].isalnum():  # Where a letter or figure comes first, _START takes nothing away.
        start = _START.match(line)
        line = line[start.end() if start else 0 :]
    return line.rstrip(" :;.,*_-")


@cache
def data(name: str) -> dict[str, Any]:
    """A data file of the package, read once."""
    return tomllib.loads((Path(__file__).parent.parent / "data" / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def pattern(file: str, table: str, key: str) -> re.Pattern[str]:
    """A pattern, or a list of patterns as one, of a data file."""
    value = data(file)[table][key]
    return re.compile(value) if isinstance(value, str) else any_of(value)


FIGURE = re.compile(r"\d")


@lru_cache(64)
def dates_of(text: str) -> tuple[Dated, ...]:
    """The dates in a cell or a line, which is asked for them more than once. There is none without a figure."""
    return tuple(find_dates(text)) if FIGURE.search(text) else ()


# ---------------------------------------------------------------- areas of need


@cache
def _areas() -> tuple[tuple[str, re.Pattern[str], re.Pattern[str], re.Pattern[str]], ...]:
    around = data("areas")["around"]
    found = []
    for key, names in data("areas")["names"].items():
        name = "|".join(f"(?:{n})" for n in names)
        long = "|".join(f"(?:{n})" for n in names if " " in n or n == "semh")
        found.append(
            (
                key,
                re.compile(rf"{around['before']}?(?:{name}){around['after']}"),
                re.compile(rf"\b(?:{long})\b"),
                re.compile(rf"{around['before']}?(?:{long})\b"),
            )
        )
    return tuple(found)


@lru_cache(_LINES)
def area_named(text: str) -> str:
    """The area of need that a line names and nothing else, or an empty string."""
    if len(text) > 120:
        return ""
    line = plain(text)
    for key, whole, _, _ in _areas():
        if whole.fullmatch(line):
            return key
    return ""


@lru_cache(_LINES)
def area_in(text: str) -> str:
    """The area of need whose full name stands in a heading or a header cell, or an empty string."""
    line = plain(text)
    for key, _, inside, _ in _areas():
        if key not in ("health", "care") and inside.search(line):
            return key
    return ""


@lru_cache(_LINES)
def area_at_start(text: str) -> str:
    """The area of need whose full name begins a paragraph, or an empty string."""
    line = plain(text[:120])
    for key, _, _, start in _areas():
        if key not in ("health", "care") and start.match(line):
            return key
    return ""


# ---------------------------------------------------------------- columns


@cache
def _roles(table: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((role, any_of(names)) for role, names in data("columns")[table].items())


@lru_cache(_LINES)
def role_of(header: str) -> str:
    """What a column under this header holds (``who``, ``frequency`` …, ``item``), or an empty string."""
    line = plain(header).rstrip("? ")
    if not line or len(line) > 110:
        return ""
    return next((role for role, names in _roles("roles") if names.fullmatch(line)), "")


@lru_cache(_LINES)
def advice_role_of(header: str) -> str:
    """What a column of a list of advice holds: ``role``, ``author``, ``date``, ``title``, ``appended``, or nothing."""
    line = plain(header)
    if not line or len(line) > 110:
        return ""
    return next((role for role, names in _roles("advice") if names.fullmatch(line)), "")


@lru_cache(_LINES)
def is_label(words: str) -> bool:
    """Whether the words only label a cell ("Name", "Type", "Details"), so that alone they say nothing."""
    line = plain(words)
    return bool(pattern("columns", "labels", "any").fullmatch(line)) if 0 < len(line) <= 60 else False


# ---------------------------------------------------------------- "none"


@cache
def _none() -> re.Pattern[str]:
    words = data("none_stated")
    who, about = words["who"], words["about"]
    parts = {"{ending}": words["ending"], "{who}": who, "{about}": about, "{source}": words["source"]}
    # What an entry may end with is long: it is compiled once, not once for each pattern.
    ending = [p.removesuffix("{ending}") for p in words["patterns"] if p.endswith("{ending}")]
    filled = [p for p in words["patterns"] if not p.endswith("{ending}")]
    filled.append("(?:" + "|".join(f"(?:{p})" for p in ending) + "){ending}")
    for name, part in parts.items():
        filled = [pattern.replace(name, part) for pattern in filled]
    return any_of(filled)


_SENTENCE_END = re.compile(r"[.;](?<=[a-z)].)(?=\s|$)")


@lru_cache(_LINES)
def says_none(text: str) -> bool:
    """Whether the whole entry says that there is no need, provision or budget; never where a person adds "but"."""
    if len(text) > 220:
        return False
    said = False
    for part in _SENTENCE_END.split(text):
        if sentence := plain(part):
            if not _none().fullmatch(sentence):
                return False
            said = True
    return said
