"""Other kinds of file → .docx by LibreOffice, and scans → PDF with words by OCRmyPDF, where these are installed.

Each run has a folder of its own for its profile, its copy of the file and its temporary files, limits of its own on
time and memory (``limits.max_convert_seconds``, ``limits.max_ocr_seconds``, ``limits.max_memory`` a process), and is
ended with all that it started; nothing is left behind. Its time does not count as that of reading: the file it makes is
then read within the usual limits. Macros do not run and links are not followed.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from ehcaudit.errors import Damaged, Encrypted, InputError, OldFormat, TooSlow, Unsupported
from ehcaudit.readers.base import Limits, look_at
from ehcaudit.workers import elsewhere, scratch

CONVERTED = (".doc", ".dot", ".odt", ".ott", ".rtf")
"""Names of files that LibreOffice makes into .docx, in lower case with their dot."""
_OPEN_DOCUMENT = re.compile(rb"PK\x03\x04.{26}mimetypeapplication/vnd\.oasis\.opendocument\.text", re.DOTALL)

_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update">
<prop oor:name="Link" oor:op="fuse"><value>2</value></prop></item>
</oor:items>
"""
_KEPT = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "PATHEXT", "COMSPEC", "TESSDATA_PREFIX")
"""What of the environment the programs get to see."""
_ENCRYPTED, _HAS_TEXT = 8, 6
"""Exit codes of OCRmyPDF."""


def foreign(start: bytes) -> str:
    """What a file is that only LibreOffice can make readable, in words; empty for all others.

    Web pages are not among them, whatever their name: pictures in them are fetched from wherever they say.
    """
    if start.startswith(b"{\\rt"):
        return "an RTF file"
    return "an OpenDocument text" if _OPEN_DOCUMENT.match(start) else ""


def office() -> str | None:
    """The program of LibreOffice, or None."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def can_convert() -> bool:
    """Whether LibreOffice is there."""
    return office() is not None


def can_recognise() -> bool:
    """Whether OCRmyPDF and Tesseract are there."""
    return shutil.which("ocrmypdf") is not None and shutil.which("tesseract") is not None


@contextmanager
def converted(path: Path, limits: Limits, *, seconds: float | None = None) -> Iterator[Path]:
    """The .docx that LibreOffice makes of a file; gone when the block ends. Raises InputError.

    ``seconds`` is the time for the conversion alone (default: ``limits.max_convert_seconds``).
    """
    look_at(path, limits)
    program = office()
    if program is None:
        raise OldFormat(f"{path}: LibreOffice is not installed; open the file in Word and save it as .docx.")
    with _folder() as folder:
        profile = folder / "profile"
        (profile / "user").mkdir(parents=True)
        (profile / "user" / "registrymodifications.xcu").write_text(_PROFILE, "utf-8")
        source = folder / f"plan{path.suffix.lower()}"
        shutil.copyfile(path, source)
        command = [
            program,
            f"-env:UserInstallation={profile.as_uri()}",
            "--headless",
            "--norestore",
            "--nolockcheck",
            "--nodefault",
            "--nologo",
            "--convert-to",
            "docx:MS Word 2007 XML",
            "--outdir",
            str(folder / "out"),
            str(source),
        ]
        _run(path, command, folder, limits, seconds or limits.max_convert_seconds, "LibreOffice", "max_convert_seconds")
        made = folder / "out" / "plan.docx"
        if not made.is_file():
            raise Damaged(f"{path}: LibreOffice cannot read it; open it in Word and save it as .docx.")
        yield made


@contextmanager
def recognised(
    path: Path, limits: Limits, *, force: bool = False, pages: Iterable[int] = (), seconds: float | None = None
) -> Iterator[Path]:
    """The PDF with words that OCRmyPDF makes of a scan; gone when the block ends. Raises InputError.

    Pages that have words keep them, unless ``force`` (for fonts whose letters mean nothing). ``pages`` (from 1) are the
    only ones to look at, where any are given. ``seconds`` is the time for the recognition alone (default:
    ``limits.max_ocr_seconds``, for it takes seconds a page).
    """
    look_at(path, limits)
    if not can_recognise():
        raise Unsupported(f"{path}: OCRmyPDF and Tesseract are not installed; install both, or run OCR elsewhere.")
    with _folder() as folder:
        source, made = folder / "scan.pdf", folder / "words.pdf"
        shutil.copyfile(path, source)
        command = [
            str(shutil.which("ocrmypdf")),
            "--force-ocr" if force else "--skip-text",
            "--quiet",
            "--language",
            "eng",
            "--output-type",
            "pdf",
            "--rotate-pages",
            *(["--pages", ",".join(map(str, sorted(pages)))] if pages else []),
            str(source),
            str(made),
        ]
        code = _run(path, command, folder, limits, seconds or limits.max_ocr_seconds, "OCRmyPDF", "max_ocr_seconds")
        if code == _ENCRYPTED:
            raise Encrypted(f"{path}: is protected with a password; open it, print it to a new PDF and audit that.")
        if code == _HAS_TEXT:
            shutil.copyfile(source, made)
        if not made.is_file():
            raise Damaged(f"{path}: OCRmyPDF cannot read it; look for another copy, or scan it anew.")
        yield made


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="ehcaudit-", dir=scratch(), ignore_cleanup_errors=True) as made:
        yield Path(made)


def _environment(folder: Path) -> Mapping[str, str]:
    own = {name: os.environ[name] for name in _KEPT if name in os.environ}
    temporary = folder / "tmp"
    temporary.mkdir(exist_ok=True)
    return own | {name: str(temporary) for name in ("HOME", "TMPDIR", "TMP", "TEMP", "XDG_CACHE_HOME")}


def _run(path: Path, command: list[str], folder: Path, limits: Limits, seconds: float, name: str, setting: str) -> int:
    """Run a program to its end, or end it and all that it started. Raises TooSlow; its exit code where it ended."""
    environment = _environment(folder)
    try:
        with _unbound():
            process = subprocess.Popen(  # noqa: S603 (a list, no shell; the file is a copy under a name of ours)
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
    except OSError:
        raise InputError(f"{path}: {name} cannot be started; see that it is installed whole.") from None
    try:
        with elsewhere(seconds, process.pid):
            _bind(process.pid, limits)
            return process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        raise TooSlow(
            f"{path}: {name} needs longer than {seconds:g} seconds for it (settings: limits.{setting})."
        ) from None
    finally:
        _end(process)


@contextmanager
def _unbound() -> Iterator[None]:
    """Without this process's own limit on address space, which a program that is started here would inherit."""
    if sys.platform != "linux":
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _bind(pid: int, limits: Limits) -> None:
    """The kernel's own limits for a program and what it starts: memory that it writes to, and the size of a file."""
    if sys.platform != "linux":
        return
    import resource

    for what, most in ((resource.RLIMIT_DATA, limits.max_memory), (resource.RLIMIT_FSIZE, limits.max_expanded)):
        with suppress(OSError, ValueError):
            resource.prlimit(pid, what, (most, most))


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a program with its children, where any still runs."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:
        process.kill()
    process.wait()
