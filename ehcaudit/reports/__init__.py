"""Run → bytes, or files in a folder. Every module here with ``SUFFIX`` is a report under its own name.

What a report offers says what it can be: ``render(run, options) -> bytes`` makes one file, or stdout;
``write_file(run, path, options)`` writes one file that would not fit into memory;
``write_folder(run, folder, options)`` fills a folder. ``files.Target`` hands the last two a new, empty and private
place, and moves it where it belongs only when it is whole, so that a report just writes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules

from ehcaudit.errors import UsageError
from ehcaudit.model import Run
from ehcaudit.reports.base import ReportOptions

__all__ = ["Report", "ReportOptions", "find_report", "render", "report_names"]


@dataclass(frozen=True, slots=True)
class Report:
    """What a report module offers; None where it does not. The same Run and options give the same bytes.

    Its functions are given a Run that is redacted where the options say so: go through ``render`` and ``files``.
    """

    name: str
    suffix: str
    """How its single file ends, with the dot."""
    make: Callable[[Run, ReportOptions], bytes] | None = None
    """The module's ``render``: the whole report."""
    write_file: Callable[[Run, Path, ReportOptions], None] | None = None
    """Writes over the empty file at the path."""
    write_folder: Callable[[Run, Path, ReportOptions], None] | None = None
    """Writes into the empty folder, in sub-folders of it where it likes."""
    redactable: bool = True
    """The module's ``REDACTABLE``: False where it shows whole plans."""

    def render(self, run: Run, options: ReportOptions) -> bytes:
        """The whole report for stdout. Raises UsageError as ``printed`` does."""
        return self.printed()(_prepared(run, options), options)

    def printed(self) -> Callable[[Run, ReportOptions], bytes]:
        """What makes it for stdout. Raises UsageError where it can only be written to a place of its own."""
        if self.make is None:
            what = "a folder" if self.write_folder else "a file"
            raise UsageError(f"“{self.name}” is {what}: write it with --report {self.name}=PATH")
        return self.make

    def write(self, run: Run, place: Path, options: ReportOptions) -> None:
        """Fill the empty file or the empty folder at this place."""
        run = _prepared(run, options)
        if place.is_dir() and self.write_folder:
            self.write_folder(run, place, options)
        elif self.write_file:
            self.write_file(run, place, options)
        elif self.make:
            place.write_bytes(self.make(run, options))

    def wants_folder(self, path: Path) -> bool:
        """A report that can be either is a file where the name ends as its files do."""
        if self.write_folder is None:
            return False
        return not (self.make or self.write_file) or path.suffix.casefold() != self.suffix


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
    """A finished run as the report of that name, UTF-8 where it is text.

    Raises UsageError for an unknown name, and for a report that is a folder of files.
    """
    return find_report(name).render(run, options or ReportOptions())


def _prepared(run: Run, options: ReportOptions) -> Run:
    if not options.redact:
        return run
    from ehcaudit.reports.redact import redacted

    return redacted(run, options.smallest)


def _load(name: str) -> Report | None:
    module = import_module(f"{__name__}.{name}")
    offers = [getattr(module, part, None) for part in ("render", "write_file", "write_folder")]
    if not hasattr(module, "SUFFIX") or not any(offers):
        return None
    make, write_file, write_folder = offers
    return Report(name, module.SUFFIX, make, write_file, write_folder, getattr(module, "REDACTABLE", True))
