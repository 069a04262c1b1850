"""What comes in and goes out: bytes to stdout, notes to stderr, lines of stdin, a progress bar, how reports look."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from ehcaudit.errors import UsageError

if TYPE_CHECKING:
    from ehcaudit.engine import Progress
    from ehcaudit.reports import ReportOptions

FEW_FILES = 3
"""A run of no more files than this shows no progress bar."""


def report_options(width: int | None, *, no_color: bool, verbosity: int = 0) -> ReportOptions:
    """How reports look here: as wide as the terminal (80 where there is none), in colour where someone watches."""
    import shutil

    from ehcaudit.reports.base import ReportOptions

    columns = width or min(shutil.get_terminal_size((80, 50)).columns or 80, 120)
    env = os.environ
    color = (
        not no_color
        and not env.get("NO_COLOR")
        and env.get("TERM") != "dumb"
        and sys.stdout.isatty()
        and (os.name != "nt" or bool(env.get("WT_SESSION") or env.get("ANSICON")))
    )
    return ReportOptions(width=columns, color=color, verbosity=verbosity)


def emit(payload: bytes) -> None:
    """Bytes to stdout. A reader that has gone (``| head``) is no error, and changes no exit code."""
    try:
        stream = getattr(sys.stdout, "buffer", None)
        if stream is None:
            sys.stdout.write(payload.decode("utf-8", "replace"))
        else:
            sys.stdout.flush()
            stream.write(payload)
        sys.stdout.flush()
    except BrokenPipeError:
        abandon_stdout()
    except OSError as error:
        # Windows has no EPIPE for a closed pipe: it says EINVAL.
        if os.name != "nt":
            raise UsageError(f"stdout cannot be written to ({error.strerror})") from None
        abandon_stdout()


def abandon_stdout() -> None:
    """Let what is still to come go nowhere, so that the interpreter ends without a complaint."""
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - it stays open until the end


def note(words: str) -> None:
    """One line to stderr, with nothing in it that a terminal would act on."""
    from ehcaudit.reports.base import plain

    print(f"ehcaudit: {plain(words)}", file=sys.stderr)


def stdin_lines() -> Iterator[str]:
    """Lines of stdin as they come, without their ends. A line that is not UTF-8 is read as Windows text."""
    if sys.stdin is None or sys.stdin.closed:
        return
    if sys.stdin.isatty():
        note("one statement a line; Ctrl-D (on Windows Ctrl-Z and Enter) ends")
    lines: Iterable[bytes | str] = getattr(sys.stdin, "buffer", sys.stdin)
    for number, raw in enumerate(lines):
        if isinstance(raw, bytes):
            try:
                line = raw.decode("utf-8-sig" if number == 0 else "utf-8")
            except UnicodeDecodeError:
                line = raw.decode("cp1252", "replace")
        else:
            line = raw
        yield line.rstrip("\r\n")


def asked(kind: str) -> Iterator[str]:
    """Statements that a person types at a prompt, until an empty one or the end of input."""
    while True:
        print(f"{kind}> ", end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
        if not line.strip():
            return
        yield line.strip()


class ProgressBar:
    """A bar on stderr while a person is watching and there is more than a little to do."""

    def __init__(self, *, wanted: bool):
        self._wanted = wanted and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Progress:
        return self._step

    def _step(self, done: int, total: int, path: str) -> None:
        if not self._wanted or total <= FEW_FILES:
            return
        if self._bar is None:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

            self._bar = Progress(
                TextColumn("Auditing"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
                console=Console(stderr=True),
                transient=True,
                auto_refresh=False,  # No thread: workers are forked while it runs.
            )
            self._bar.start()
            self._task = self._bar.add_task("", total=total)
        self._bar.update(self._task, completed=done, refresh=True)

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()
