"""What comes in and goes out: bytes to stdout, notes to stderr, lines of stdin, a progress bar, how reports look."""

from __future__ import annotations

import contextlib
import math
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ehcaudit.errors import UsageError

if TYPE_CHECKING:
    from ehcaudit.history import Point
    from ehcaudit.reports import ReportOptions

FEW_FILES = 3
"""A run of no more files than this shows no progress bar."""
_REFRESH = 0.1
"""Seconds between two looks of the bar."""


def report_options(
    width: int | None,
    *,
    no_color: bool,
    verbosity: int = 0,
    edition: str = "full",
    redact: bool = False,
    trend: Sequence[Point] = (),
    smallest: int = 0,
) -> ReportOptions:
    """How reports look here: as wide as the terminal (80 where there is none), in colour where someone watches."""
    import shutil

    from ehcaudit.reports.base import FEW, ReportOptions

    columns = width or min(shutil.get_terminal_size((80, 50)).columns or 80, 120)
    env = os.environ
    color = (
        not no_color
        and not env.get("NO_COLOR")
        and env.get("TERM") != "dumb"
        and sys.stdout.isatty()
        and (os.name != "nt" or bool(env.get("WT_SESSION") or env.get("ANSICON")))
    )
    return ReportOptions(columns, color, verbosity, edition, redact, smallest or FEW, trend)  # type: ignore[arg-type]


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


def read_list(path: str) -> list[str]:
    """The paths in a file, or on stdin where its name is ``-``. Raises UsageError."""
    from ehcaudit.inputs import listed

    try:
        if path == "-":
            payload: bytes | str = getattr(sys.stdin, "buffer", sys.stdin).read() if sys.stdin else b""
            return listed(payload.encode("utf-8", "surrogateescape") if isinstance(payload, str) else payload)
        with open(path, "rb") as file:  # noqa: PTH123
            return listed(file.read())
    except OSError as error:
        raise UsageError(f"--files-from: {path} cannot be read ({error.strerror})") from None


@contextlib.contextmanager
def stop_on_termination() -> Iterator[None]:
    """Being ended by the system (a service that is stopped) is like Ctrl-C: what is done is kept and reported."""
    try:
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    except ValueError:  # Not in the main thread: there is nobody to tell.
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


class ProgressBar:
    """A bar on stderr while a person is watching and there is more than a little to do; else a line a minute."""

    def __init__(self, *, wanted: bool, clock: Callable[[], float] = time.monotonic):
        watched = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._wanted, self._lines = wanted and watched, wanted and not watched
        self._clock = clock
        self._begun = self._said = clock()
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> ProgressBar:
        return self

    def __call__(self, done: int, total: int, path: str) -> None:
        """One more file is done."""
        if self._lines:
            self._say(done, total)
        if not self._wanted or total <= FEW_FILES:
            return
        if self._bar is None:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

            self._bar = Progress(
                TextColumn("Auditing"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[pace]}"),
                console=Console(stderr=True),
                transient=True,
                auto_refresh=False,  # No thread: workers are forked while it runs.
            )
            self._bar.start()
            self._task = self._bar.add_task("", total=total, pace="")
        now = self._clock()
        if done == total or now - self._said > _REFRESH:  # Drawing costs more than a file that the store knows.
            self._said = now
            self._bar.update(self._task, completed=done, pace=self._pace(done, total), refresh=True)

    def _say(self, done: int, total: int) -> None:
        now = self._clock()
        if now - self._said >= 60 and done < total:
            self._said = now
            note(f"{done:,} of {total:,} files, {self._pace(done, total)}")

    def _pace(self, done: int, total: int) -> str:
        """“11.5 a second, 26 min left”."""
        spent = max(self._clock() - self._begun, 1e-6)
        left = (total - done) * spent / done
        hours, minutes = divmod(math.ceil(left / 60), 60)
        shown = f"{hours} h {minutes:02} min" if hours else f"{minutes} min" if left > 60 else f"{math.ceil(left)} s"
        return f"{done / spent:.1f} a second, {shown} left"

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def __exit__(self, *_: object) -> None:
        self.close()
