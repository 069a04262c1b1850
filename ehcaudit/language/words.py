"""Word lists of ``ehcaudit/data`` without the tokeniser: for modules that must not load spaCy."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

_DATA = Path(__file__).parent.parent / "data"


@cache
def read_data(name: str) -> dict[str, Any]:
    """One data file, read once."""
    return tomllib.loads((_DATA / name).read_text(encoding="utf-8"))


def listed(block: str) -> list[str]:
    """The entries of a list whose entries stand between commas."""
    return [" ".join(entry.split()) for entry in block.split(",") if entry.strip()]


def either(entries: list[str]) -> str:
    """An expression for any of the entries, the longest first; a space stands for a space or a hyphen."""
    return "(?:" + "|".join(entry.replace(" ", "[ -]") for entry in sorted(entries, key=len, reverse=True)) + ")"
