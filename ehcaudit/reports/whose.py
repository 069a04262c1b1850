"""Rule and section → who can put a fault right, in words from ``data/who_can_fix.toml``."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from ehcaudit.model import RuleCard


def who_can_fix(rule: str, section: str = "", card: RuleCard | None = None) -> str:
    """One sentence; the rule's own entry goes before its section's, and that before its theme's."""
    words = _words()
    theme = card.theme if card else rule.partition("/")[0]
    found = words["rule"].get(rule) or words["section"].get(section) or words["theme"].get(theme) or words["default"]
    return str(found)


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(files("ehcaudit").joinpath("data", "who_can_fix.toml").read_text(encoding="utf-8"))
