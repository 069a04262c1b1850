"""Run → bytes. Every module here with ``SUFFIX`` and ``render(run, options)`` is a report under its own name."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import Protocol, cast

from ehcaudit.errors import UsageError
from ehcaudit.model import Run
from ehcaudit.reports.base import ReportOptions

__all__ = ["ReportOptions", "find_report", "render", "report_names"]


class Report(Protocol):
    """What a report module offers."""

    SUFFIX: str
    """How its files end, with the dot."""

    def render(self, run: Run, options: ReportOptions) -> bytes:
        """The whole report. The same Run and options give the same bytes."""
        ...


def report_names() -> tuple[str, ...]:
    """All reports there are, in the order of the alphabet."""
    return tuple(sorted(module.name for module in iter_modules(__path__) if _load(module.name)))


def find_report(name: str) -> Report:
    """The report of that name; loads that one alone. Raises UsageError with the nearest name where there is none."""
    found = _load(name) if name.isidentifier() and find_spec(f"{__name__}.{name}") else None
    if found is None:
        from ehcaudit.rules import nearest

        names = report_names()
        raise UsageError(f"“{name}” is not a report{nearest(name, names)}; there are {', '.join(names)}")
    return found


def render(run: Run, name: str = "terminal", options: ReportOptions | None = None) -> bytes:
    """A finished run as the report of that name, UTF-8 where it is text. Raises UsageError for an unknown name."""
    return find_report(name).render(run, options or ReportOptions())


def _load(name: str) -> Report | None:
    module = import_module(f"{__name__}.{name}")
    return cast(Report, module) if hasattr(module, "SUFFIX") and hasattr(module, "render") else None
