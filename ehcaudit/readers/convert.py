"""Other kinds of file → .docx by LibreOffice, and scans → PDF with words by OCRmyPDF, where these are installed.

Each run has a folder of its own for its profile, its copy of the file and its temporary files, a time limit, and is
ended with all that it started; nothing is left behind. Macros do not run and links are not followed.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from ehcaudit.errors import Damaged, Encrypted, InputError, OldFormat, TooSlow, Unsupported
from ehcaudit.readers.base import Limits, look_at

CONVERTED = (".doc", ".dot", ".odt", ".ott", ".rtf")
"""Names of files that LibreOffice makes into .docx, in lower case with their dot."""

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

    ``seconds`` is the time for the conversion alone (default: three times ``limits.max_seconds``).
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
        _run(path, command, folder, seconds or 3 * limits.max_seconds, "LibreOffice")
        made = folder / "out" / "plan.docx"
        if not made.is_file():
            raise Damaged(f"{path}: LibreOffice cannot read it; open it in Word and save it as .docx.")
        yield made


@contextmanager
def recognised(path: Path, limits: Limits, *, force: bool = False, seconds: float | None = None) -> Iterator[Path]:
    """The PDF with words that OCRmyPDF makes of a scan; gone when the block ends. Raises InputError.

    Pages that have words keep them, unless ``force`` (for fonts whose letters mean nothing). ``seconds`` is the time
    for the recognition alone (default: thirty times ``limits.max_seconds``, for it takes seconds a page).
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
            str(source),
            str(made),
        ]
        code = _run(path, command, folder, seconds or 30 * limits.max_seconds, "OCRmyPDF")
        if code == _ENCRYPTED:
            raise Encrypted(f"{path}: is protected with a password; open it, print it to a new PDF and audit that.")
        if code == _HAS_TEXT:
            shutil.copyfile(source, made)
        if not made.is_file():
            raise Damaged(f"{path}: OCRmyPDF cannot read it; look for another copy, or scan it anew.")
        yield made


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="ehcaudit-", ignore_cleanup_errors=True) as made:
        yield Path(made)


def _environment(folder: Path) -> Mapping[str, str]:
    own = {name: os.environ[name] for name in _KEPT if name in os.environ}
    temporary = folder / "tmp"
    temporary.mkdir(exist_ok=True)
    return own | {name: str(temporary) for name in ("HOME", "TMPDIR", "TMP", "TEMP", "XDG_CACHE_HOME")}


def _run(path: Path, command: list[str], folder: Path, seconds: float, name: str) -> int:
    """Run a program to its end, or end it and all that it started. Raises TooSlow; its exit code where it ended."""
    try:
        process = subprocess.Popen(  # noqa: S603 (a list, no shell; the file is a copy under a name of ours)
            command,
            cwd=folder,
            env=_environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        raise InputError(f"{path}: {name} cannot be started; see that it is installed whole.") from None
    try:
        return process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        raise TooSlow(f"{path}: {name} needs longer than {seconds:g} seconds for it.") from None
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a program with its children, where any still runs."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:
        process.kill()
    process.wait()
