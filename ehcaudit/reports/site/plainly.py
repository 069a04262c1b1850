"""What the field calls by its own names, in words for parents and carers (``data/parents_words.toml``)."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def parent_words() -> dict[str, Any]:
    """Themes, sections, field words and rules for parents and carers."""
    return tomllib.loads(files("ehcaudit").joinpath("data", "parents_words.toml").read_text(encoding="utf-8"))


def said_plainly(words: str, rule: str, part: str) -> str:
    """A rule's title, ask or praise as a family is told it; its own words where these are plain already."""
    plain: str = parent_words()["rules"].get(rule, {}).get(part, words)
    return plain
