"""Reports as files: refused before any work where they could not be written, then written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ehcaudit.errors import UsageError
from ehcaudit.model import Run
from ehcaudit.reports import ReportOptions, find_report


@dataclass(frozen=True, slots=True)
class Target:
    """One ``NAME=PATH``: a report that exists, and a place where it may be written."""

    name: str
    path: Path
    force: bool

    def write(self, run: Run, options: ReportOptions) -> None:
        """Write the report beside its place and move it there; only its owner may read it (it quotes a child's plan).

        Raises UsageError where that fails. A file that was to be audited is never written over, whatever ``force`` says.
        """
        for given in (*(plan.path for plan in run.plans), *(failure.path for failure in run.failures)):
            if self.path.exists() and Path(given).exists() and self.path.samefile(given):
                raise UsageError(f"--report: {self.path} is one of the files that were audited")
        payload = find_report(self.name).render(run, options)
        try:
            handle, temporary = tempfile.mkstemp(prefix=f".{self.path.name[:100]}.", dir=self.path.parent)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(payload)
                if self.path.exists() and not self.force:
                    raise UsageError(f"--report: {self.path} has appeared meanwhile; --force replaces it")
                Path(temporary).replace(self.path)
            except BaseException:
                Path(temporary).unlink()
                raise
        except OSError as error:
            raise UsageError(f"--report: {self.path} cannot be written ({error.strerror})") from None


def targets(given: Iterable[str], *, force: bool) -> tuple[Target, ...]:
    """The targets that ``NAME=PATH`` words ask for. Raises UsageError for a report, folder or file that will not do."""
    found: dict[str, Target] = {}
    for words in given:
        name, equals, where = words.partition("=")
        if not equals or not where:
            raise UsageError(f"--report: “{words}” is not NAME=PATH, such as json=report.json")
        find_report(name)
        path = Path(where)
        if not path.parent.is_dir():
            raise UsageError(f"--report: there is no folder {path.parent}")
        if os.path.lexists(path) and not path.is_file():
            raise UsageError(f"--report: {path} is not a file")
        if path.exists() and not force:
            raise UsageError(f"--report: {path} is there already; --force replaces it")
        key = os.path.normcase(path.resolve())
        if key in found:
            raise UsageError(f"--report: two reports would be written to {path}, the same file")
        found[key] = Target(name, path, force)
    return tuple(found.values())
