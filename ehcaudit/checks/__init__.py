"""One module per family of check. The table ``CHECKS`` is filled when first it is asked for: every module is loaded.

A run in which nothing is judged asks for none of them, and one in which few rules are asked again for theirs alone.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

from ehcaudit.checks import base
from ehcaudit.checks.base import Answer, CheckType, Context, Hit, Options, Policy

if TYPE_CHECKING:
    from ehcaudit.checks.base import CHECKS

__all__ = ["CHECKS", "Answer", "CheckType", "Context", "Hit", "Options", "Policy", "check_type", "module_of"]


def __getattr__(name: str) -> Any:
    if name != "CHECKS":
        raise AttributeError(name)
    for module in sorted(module.name for module in iter_modules(__path__)):
        import_module(f"{__name__}.{module}")
    globals()["CHECKS"] = base.CHECKS
    return base.CHECKS


def check_type(name: str, module: str) -> CheckType:
    """An entry of the table, with no module loaded but the one that it is in. Raises KeyError where it is not."""
    if name not in base.CHECKS:
        if not module.isidentifier():
            raise KeyError(name)
        try:
            import_module(f"{__name__}.{module}")
        except ModuleNotFoundError:
            raise KeyError(name) from None
    return base.CHECKS[name]


def module_of(entry: CheckType) -> str:
    """The module of this package that an entry of the table is in."""
    return entry.function.__module__.rpartition(".")[2]
