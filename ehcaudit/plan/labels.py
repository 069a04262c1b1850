"""Words that ask for a fact: "Date of birth", "DOB:", "Year group" → which fact it is, and where its value begins.

The labels stand in ``data/facts.toml``; a text is looked at as it is, and only through what it says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

from ehcaudit.language.words import listed
from ehcaudit.plan.lexicon import FIGURE, data, fold


@cache
def _label_table() -> dict[str, str]:
    table: dict[str, str] = {}
    for fact, block in data("facts")["labels"].items():
        if fact != "short":
            for words in listed(block):
                table.setdefault(words, fact)
    # "Date of Education, Health and Care Plan" holds the comma at which the list is cut.
    table["date of education, health and care plan"] = "current"
    return table


@cache
def _labels() -> re.Pattern[str]:
    """The longest label at each place. It opens with letters, and then looks back: so the search skips to them."""
    first: dict[str, list[str]] = {}
    for word in _label_table():
        first.setdefault(word[0], []).append(word[1:])
    ways = (rf"{re.escape(letter)}(?<![a-z].){_tree(rest)}" for letter, rest in sorted(first.items()))
    return re.compile(f"(?:{'|'.join(ways)})(?![a-z])")


def _tree(words: Iterable[str]) -> str:
    """Words as one expression that takes the longest: what several begin with is written once."""
    branches: dict[str, list[str]] = {}
    whole = False
    for word in words:
        if word:
            branches.setdefault(word[0], []).append(word[1:])
        else:
            whole = True
    parts = [re.escape(first) + _tree(rest) for first, rest in sorted(branches.items())]
    if not parts:
        return ""
    if not whole and len(parts) == 1:
        return parts[0]
    return f"(?:{'|'.join(parts)})" + ("?" if whole else "")


@cache
def _short() -> frozenset[str]:
    return frozenset(listed(data("facts")["labels"]["short"])) | frozenset(listed(data("facts")["labels"]["date"]))


_DATES = frozenset({"final", "amended", "current", "draft", "first", "review", "born"})
_SEPARATOR = re.compile(r"\s*(?:\([^()]{0,40}\)\s*)?(?:[:=|]|\s-\s|\u2026|\.{3,})?[\s:.\u2026_-]*")
_COLON = re.compile(r"[:=|]|\s-\s")
_HINT = re.compile(r"\s*\([^()]{0,40}\)$|[\s:*?.\u2026_-]+$")
_HINT_ENDS = frozenset(") :*?.\u2026_-")
"""What ends a hint, where all white space is single spaces."""


@lru_cache(512)
def label_of(text: str) -> str:
    """The fact that a cell or a line asks for, where it is a label and nothing else."""
    words = " ".join(fold(text).split())
    if not words or len(words) > 90:
        return ""
    for _ in range(3):
        if words in _label_table() or words[-1:] not in _HINT_ENDS:
            break
        words = _HINT.sub("", words)
    return _label_table().get(words.lstrip("*•- "), "")


def opens_with_label(line: str) -> bool:
    """Whether a line brings its own label, so that it is no value of the one before it."""
    match = _labels().match(fold(line))
    return match is not None and line[match.end() :].lstrip()[:1] == ":"


def labels_within(line: str) -> Iterator[tuple[str, int, int]]:
    """(fact, start, end) of the value of each label within a line: up to the next label or the end."""
    text = fold(line)
    # Without a separator behind it, or a figure, no label tells anything; most lines of a story have neither.
    if len(text) > 2000 or not (_COLON.search(text) or FIGURE.search(text)):
        return
    found: list[tuple[str, int, int]] = []
    for match in _labels().finditer(text):
        word, behind = match.group(), text[match.end() : match.end() + 44]
        separator = _SEPARATOR.match(behind)
        colon = bool(separator and _COLON.search(separator.group()))
        opens = not text[: match.start()].strip(" *•-|\"'") or bool(found)
        # "Final plan 1 October 2026": before a date a label needs no colon, where it opens its line.
        dated = opens and re.match(r"[^a-z]{0,4}(?:on |is |the )?\d", behind) is not None
        if not (colon and (opens or word not in _short())) and not (dated and _label_table()[word] in _DATES):
            continue
        found.append((_label_table()[word], match.start(), match.end() + (separator.end() if separator else 0)))
    for place, (fact, _, start) in enumerate(found):
        end = found[place + 1][1] if place + 1 < len(found) else len(text)
        if start < end:
            yield fact, start, end
