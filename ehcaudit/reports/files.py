"""Reports as files and folders: refused before any work where they could not be written, then written whole or not."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from ehcaudit.errors import UsageError
from ehcaudit.model import Run
from ehcaudit.reports import ReportOptions, find_report
from ehcaudit.reports.base import Beside, cannot_be_redacted

LISTING = ".ehcaudit-report"
"""Stands in every folder that a report wrote and names its files, a line each: ``--force`` replaces these alone."""
_CLUTTER = frozenset({LISTING, ".DS_Store", "Thumbs.db", "desktop.ini"})
"""Files that no person put into a folder."""


@dataclass(frozen=True, slots=True)
class Target:
    """One ``NAME=PATH``: a report that exists, and a place where it may be written."""

    name: str
    path: Path
    force: bool
    folder: bool = False

    def write(self, run: Run, options: ReportOptions) -> None:
        """Write the report beside its place and move it there; only its owner may read it (it quotes a child's plan).

        Raises UsageError where that fails. A file that was audited is never written over, whatever ``force`` says.
        """
        self._spare_what_was_audited(run)
        report = find_report(self.name)
        temporary = Path()
        try:
            if self.folder:
                temporary = Path(tempfile.mkdtemp(prefix=f".{self.path.name[:100]}.", dir=self.path.parent))
            else:
                handle, name = tempfile.mkstemp(prefix=f".{self.path.name[:100]}.", dir=self.path.parent)
                os.close(handle)
                temporary = Path(name)
            report.write(run, temporary, replace(options, place=self.path))
            _close_to_others(temporary)
            if self.folder:
                self._move_folder(temporary)
            else:
                if os.path.lexists(self.path) and not self.force:
                    raise UsageError(f"--report: {self.path} has appeared meanwhile; --force replaces it")
                temporary.replace(self.path)
        except OSError as error:
            raise UsageError(f"--report: {self.path} cannot be written ({error.strerror})") from None
        finally:
            if temporary.name:
                _remove(temporary)

    def wrote(self, run: Run, options: ReportOptions) -> str:
        """What to say once it is written; a person who asked for plan pages in one file is told how to get them."""
        alone = self.name == "html" and not self.folder and len(run.summaries) > 1 and options.edition != "board"
        hint = " (the overview alone; --report html=FOLDER writes a page for each plan as well)" if alone else ""
        return f"wrote {self.path}{hint}"

    def _spare_what_was_audited(self, run: Run) -> None:
        if not self.path.exists():
            return
        place = self.path.resolve()
        for given in (*(plan.path for plan in run.summaries), *(failure.path for failure in run.failures)):
            if not Path(given).exists():
                continue
            if self.path.samefile(given):
                raise UsageError(f"--report: {self.path} is one of the files that were audited")
            if self.folder and Path(given).resolve().is_relative_to(place):
                raise UsageError(f"--report: {self.path} holds a file that was audited")

    def _move_folder(self, made: Path) -> None:
        """Put the folder that was made in the place of what is there, which comes back where that fails."""
        names = sorted(path.relative_to(made).as_posix() for path in made.rglob("*") if not path.is_dir())
        listing = made / LISTING
        listing.write_bytes("".join(f"{name}\n" for name in names).encode("utf-8", "surrogateescape"))
        listing.chmod(0o600)
        place = self.path.resolve()  # A link to a folder stays, and what it points to is replaced.
        if not place.exists():
            made.rename(place)
            return
        _refuse_folder(self.path, force=self.force)
        aside = Path(tempfile.mkdtemp(prefix=f".{place.name[:100]}.", dir=place.parent))
        try:
            old = place.rename(aside / "old")
            try:
                made.rename(place)
            except OSError:
                old.rename(place)
                raise
        finally:
            _remove(aside)


def targets(given: Iterable[str], *, force: bool, redact: bool = False) -> tuple[Target, ...]:
    """The targets that ``NAME=PATH`` words ask for. Raises UsageError for a report, folder or file that will not do."""
    found: dict[str, Target] = {}
    for words in given:
        name, equals, where = words.partition("=")
        if not equals or not where:
            raise UsageError(f"--report: “{words}” is not NAME=PATH, such as json=report.json")
        report = find_report(name)
        if redact and not report.redactable:
            raise UsageError(cannot_be_redacted(name))
        path = Path(where)
        folder = report.wants_folder(path) or (path.is_dir() and report.write_folder is not None)
        if not path.parent.is_dir():
            raise UsageError(f"--report: there is no folder {path.parent}")
        if folder and os.path.lexists(path):
            _refuse_folder(path, force=force)
        elif os.path.lexists(path) and not path.is_file():
            raise UsageError(f"--report: {path} is not a file")
        elif path.exists() and not force:
            raise UsageError(f"--report: {path} is there already; --force replaces it")
        key = os.path.normcase(path.resolve())
        if key in found:
            raise UsageError(f"--report: two reports would be written to {path}, the same file")
        for other in found.values():
            if (folder and other.path.resolve().is_relative_to(path.resolve())) or (
                other.folder and path.resolve().is_relative_to(other.path.resolve())
            ):
                raise UsageError(f"--report: {path} and {other.path} stand one in the other")
        found[key] = Target(name, path, force, folder)
    return tuple(found.values())


def beside(given: Iterable[Target]) -> dict[str, Beside]:
    """Where the reports of these targets will be, for ``ReportOptions``; of two of one name the first."""
    places: dict[str, Beside] = {}
    for target in given:
        places.setdefault(target.name, Beside(target.path, target.folder))
    return places


def _refuse_folder(path: Path, *, force: bool) -> None:
    """Raises UsageError where something stands there that a report may not replace."""
    if not path.is_dir():
        raise UsageError(f"--report: {path} is not a folder")
    if Path.cwd().is_relative_to(path.resolve()):
        raise UsageError(f"--report: {path} is the folder you are in; name a new one in it")
    there = {file.relative_to(path).as_posix() for file in path.rglob("*") if file.is_symlink() or not file.is_dir()}
    if not there - _CLUTTER:
        return
    listing = path / LISTING
    listed = listing.read_bytes().decode("utf-8", "surrogateescape").split("\n") if listing.is_file() else []
    if not listed:
        raise UsageError(f"--report: {path} holds files that no report wrote; name a new or an empty folder")
    strange = sorted(name for name in there.difference(listed) if name.rpartition("/")[2] not in _CLUTTER)
    if strange:
        raise UsageError(f"--report: {path} holds {strange[0]}, which no report wrote; take it out first")
    if not force:
        raise UsageError(f"--report: {path} holds a report already; --force replaces it")


def _close_to_others(place: Path) -> None:
    """Readable and writable by the owner alone, whatever a library made of it."""
    if not place.is_dir():
        place.chmod(0o600)
        return
    for path in place.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)


def _remove(place: Path) -> None:
    """What is left of a temporary place, if anything is."""
    if place.is_dir():
        shutil.rmtree(place, ignore_errors=True)
    else:
        place.unlink(missing_ok=True)
