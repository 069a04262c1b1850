"""Paths, folders, patterns and lists → the files of a run; and what tells that a file is as it was."""

from __future__ import annotations

import codecs
import fnmatch
import glob
import hashlib
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from ehcaudit.errors import InputError, UsageError
from ehcaudit.model import Failure
from ehcaudit.readers import CONVERTED, Limits, skip_reason, suffixes
from ehcaudit.readers.base import look_at


def find_inputs(
    paths: Iterable[Path | str], globs: Sequence[str] = (), *, convert: bool = False
) -> tuple[list[Path], list[str], list[Failure]]:
    """The files to read, each once and in a stable order; those skipped on purpose; and paths that lead nowhere.

    Folders are walked without following links to folders, so a loop of links ends. With ``globs`` only the files in
    them count whose name, or path from the folder, fits one. ``convert``: also what LibreOffice can make readable.
    """
    files: dict[str, Path] = {}
    skipped: list[str] = []
    failures: list[Failure] = []
    taken = (*suffixes(), *(CONVERTED if convert else ()))

    def take(path: Path, *, asked: bool) -> None:
        why = skip_reason(path)
        if why:
            skipped.append(f"{path}: {why}")
        elif asked or path.suffix.lower() in taken:
            files.setdefault(os.path.normcase(os.path.abspath(path)), path)  # noqa: PTH100 - links stay as they are
        elif path.suffix.lower() in CONVERTED:
            skipped.append(f"{path}: save it as .docx, or use --convert")

    for given in paths:
        path = Path(given)
        if path.is_dir():
            for folder, folders, names in os.walk(
                path,
                onerror=lambda error: failures.append(
                    Failure(str(error.filename), "not-found", f"{error.filename}: this folder cannot be read.")
                ),
            ):
                folders.sort()
                for name in sorted(names):
                    file = Path(folder) / name
                    near = file.relative_to(path).as_posix()
                    if not globs or any(fnmatch.fnmatch(part, one) for one in globs for part in (name, near)):
                        take(file, asked=False)
        elif os.path.lexists(path) or not glob.has_magic(str(given)):
            take(path, asked=True)
        else:
            hits = sorted(glob.glob(str(given), recursive=True))  # noqa: PTH207 - the pattern may be absolute
            for hit in hits:
                take(Path(hit), asked=False)
            if not hits:
                failures.append(Failure(str(given), "not-found", f"{given}: no file fits this pattern."))
    return list(files.values()), skipped, failures


def listed(payload: bytes) -> list[str]:
    """The paths of a list: a line each, or with NUL bytes between them (``find -print0``). Empty lines are no paths.

    Raises UsageError where the list says that it is UTF-16 and is not.
    """
    if payload.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        # What Windows PowerShell writes with “>”. Split at NUL bytes it would name “/”: the whole disk.
        try:
            payload = payload.decode("utf-16").encode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            raise UsageError("--files-from: the list begins as UTF-16 and is not; save it as UTF-8") from None
    parts = payload.split(b"\0") if b"\0" in payload else payload.removeprefix(b"\xef\xbb\xbf").splitlines()
    return [os.fsdecode(part) for part in parts if part.strip()]


def stamp(path: Path) -> tuple[int, int, int] | None:
    """What changes when a file is written to or replaced."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def content_of(path: Path, limits: Limits) -> str | None:
    """SHA-256 of a file that may be opened; None for any other, which its reader then explains."""
    mixed = hashlib.sha256()
    try:
        look_at(path, limits)
        with path.open("rb") as handle:
            while chunk := handle.read(1 << 20):
                mixed.update(chunk)
    except (InputError, OSError):
        return None
    return mixed.hexdigest()
