"""ehcaudit: audit Education, Health and Care plans against law, guidance and good practice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["audit", "judge_wording", "load_rules", "read_plan", "render"]

if TYPE_CHECKING:
    from ehcaudit.auditing import read_plan
    from ehcaudit.engine import audit
    from ehcaudit.judging import judge_wording
    from ehcaudit.reports import render
    from ehcaudit.rules import load_rules

_HOMES = {
    "audit": "engine",
    "judge_wording": "judging",
    "read_plan": "auditing",
    "load_rules": "rules",
    "render": "reports",
}


def __getattr__(name: str) -> Any:
    """Import a public name only when it is asked for, so that ``ehcaudit --help`` stays quick."""
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"ehcaudit.{_HOMES[name]}"), name)
    raise AttributeError(name)
