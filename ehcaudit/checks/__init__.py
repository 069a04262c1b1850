"""One module per family of check. Importing this package fills the table ``CHECKS``: every module in it is loaded."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from ehcaudit.checks.base import CHECKS, Answer, CheckType, Context, Hit, Options, Policy

__all__ = ["CHECKS", "Answer", "CheckType", "Context", "Hit", "Options", "Policy"]

for _module in sorted(module.name for module in iter_modules(__path__)):
    import_module(f"{__name__}.{_module}")
