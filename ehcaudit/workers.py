"""One function over many inputs in worker processes that can be ended: a file that hangs or bursts costs itself alone.

A limit that is kept inside the process that does the work cannot hold inside C code, so time and memory are watched
from outside. Answers come in the order of the inputs, whatever the number of workers, and only a few are held at a
time.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import secrets
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, Literal, TypeVar

Task = TypeVar("Task")
Answer = TypeVar("Answer")

AHEAD = 4
"""Inputs for each worker that may be done before the one whose turn it is."""
GRACE = 2.0
"""Seconds over the limit: a reader's own clock gives a better sentence when it is the first to notice."""
_BEGINNING = 30.0
"""Seconds in which a fresh process must be there; what it takes is not its first task's."""
_POLL = 0.2

_line: Connection | None = None
_scratch = ""
"""In a worker: its pipe, and the folder for temporary files, made when first it is asked for."""


@dataclass(frozen=True, slots=True)
class Lost:
    """An input that gave no answer: over the time, over the memory, or the worker that had it died."""

    reason: Literal["too-slow", "too-large", "crashed"]


@dataclass(frozen=True, slots=True)
class _Elsewhere:
    """What a worker says when it waits for another program (``group`` is its process group), and when it has it."""

    seconds: float = 0.0
    group: int = 0


def scratch() -> str | None:
    """The folder for temporary files, gone when the workers are, however they end; None outside a worker: the usual."""
    if _scratch:
        os.makedirs(_scratch, mode=0o700, exist_ok=True)  # noqa: PTH103
    return _scratch or None


@contextlib.contextmanager
def elsewhere(seconds: float, group: int) -> Iterator[None]:
    """While another program works for this task, its own limit counts in the place of the task's.

    ``group`` is that program's process group, which is ended if this worker has to be. Outside a worker it is nothing.
    """
    if _line is None:
        yield
        return
    _line.send(_Elsewhere(seconds, group))
    try:
        yield
    finally:
        _line.send(_Elsewhere())


@dataclass(frozen=True, slots=True)
class _Here:
    """What a fresh process says first."""


@dataclass(slots=True)
class _Worker(Generic[Task]):
    """One process with its pipe, and what it is at."""

    process: Any
    pipe: Connection
    here: bool
    turn: int = -1
    since: float = 0.0
    away: _Elsewhere = _Elsewhere()
    away_since: float = 0.0

    def overdue(self, now: float, seconds: float) -> bool:
        """Whether the task has had all its time."""
        if self.away.group:
            return now - self.away_since > self.away.seconds + GRACE
        return now - self.since > seconds + GRACE + (0 if self.here else _BEGINNING)

    def hear(self, said: _Elsewhere | _Here, now: float) -> None:
        """The time that another program takes is not the task's."""
        if isinstance(said, _Here):
            self.here, self.since = True, now
            return
        if self.away.group:
            self.since += now - self.away_since
        self.away, self.away_since = said, now


def work(
    function: Callable[[Task], Answer],
    tasks: Iterable[Task],
    *,
    jobs: int = 1,
    seconds: float = 20.0,
    memory: int = 1 << 30,
) -> Iterator[tuple[Task, Answer | Lost]]:
    """Each task with its answer, in the order of the tasks.

    ``function`` handles its own errors; what it raises all the same counts as a crash. ``seconds`` of wall time and
    ``memory`` bytes over what a fresh worker has are what one task may use. Closing the generator ends the workers, and
    takes away whatever temporary files they left.
    """
    pool = Pool(function, jobs=max(1, jobs), seconds=seconds, memory=memory)
    try:
        yield from pool.run(tasks)
    finally:
        pool.close()


class Pool(Generic[Task, Answer]):
    """Worker processes for one function, which stay between one ``run`` and the next until ``close``."""

    def __init__(self, function: Callable[[Task], Answer], *, jobs: int, seconds: float, memory: int) -> None:
        self.function, self.jobs, self.seconds, self.memory = function, jobs, seconds, memory
        # A fork shares what is loaded and starts at once; with threads about, and where the system's own libraries
        # mind (macOS), a fresh process is the safe way.
        forks = sys.platform == "linux" and threading.active_count() == 1
        self.context: Any = multiprocessing.get_context("fork" if forks else "spawn")
        self.forks = forks
        self.workers: list[_Worker[Task]] = []
        # A worker that is ended cannot tidy up; so the folder for its temporary files is ours to take away.
        self.scratch = os.path.join(tempfile.gettempdir(), f"ehcaudit-{secrets.token_hex(8)}")  # noqa: PTH118
        self.answers: dict[int, Answer | Lost] = {}

    def run(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Answer | Lost]]:
        """Each task with its answer, as ``work`` gives them. A run that was not taken to its end was the last."""
        coming = enumerate(tasks)
        waiting: dict[int, Task] = {}
        turn, more = 0, True
        while True:
            while more and len(waiting) < self.jobs * AHEAD and self._has_idle():
                try:
                    number, task = next(coming)
                except StopIteration:
                    more = False
                    break
                waiting[number] = task
                self._give(self._idle(), number, task)
            while turn in self.answers:
                yield waiting.pop(turn), self.answers.pop(turn)
                turn += 1
            if not waiting and not more:
                return
            if any(worker.turn >= 0 for worker in self.workers):
                self._listen()

    def _has_idle(self) -> bool:
        return len(self.workers) < self.jobs or any(worker.turn < 0 for worker in self.workers)

    def _idle(self) -> _Worker[Task]:
        """One that has nothing to do; a new one only now that there is a task, for often there is none."""
        return next((worker for worker in self.workers if worker.turn < 0), None) or self._start()

    def _start(self) -> _Worker[Task]:
        mine, theirs = self.context.Pipe()
        others = [worker.pipe for worker in self.workers] if self.forks else []
        process = self.context.Process(
            target=_serve,
            args=(theirs, self.function, self.memory, [mine, *others] if self.forks else [], self.scratch),
            daemon=True,
        )
        # Where this process is somebody's worker itself, such as Dask's, it may be a daemon, and those may start none.
        # Ours cannot outlive it: they end when the pipe does.
        if (here := multiprocessing.current_process()).daemon:
            here.daemon = False
        process.start()
        theirs.close()
        worker: _Worker[Task] = _Worker(process, mine, here=self.forks)
        self.workers.append(worker)
        return worker

    def _give(self, worker: _Worker[Task], number: int, task: Task) -> None:
        worker.turn, worker.since = number, time.monotonic()
        try:
            worker.pipe.send(task)
        except OSError:  # It died while it was idle.
            self._lose(worker, "crashed")

    def _listen(self) -> None:
        """Wait until a worker answers, dies, or is over a limit."""
        busy = [worker for worker in self.workers if worker.turn >= 0]
        ready = wait([worker.pipe for worker in busy], timeout=_POLL)
        now = time.monotonic()
        for worker in busy:
            if worker.pipe in ready:
                try:
                    said = worker.pipe.recv()
                except (EOFError, OSError):
                    self._lose(worker, "crashed")
                    continue
                if isinstance(said, _Elsewhere | _Here):
                    worker.hear(said, now)
                else:
                    self.answers[worker.turn] = said
                    worker.turn = -1
            elif worker.overdue(now, self.seconds):
                self._lose(worker, "too-slow")
            elif (
                worker.here and now - worker.since > 2 * _POLL and _resident(worker.process.pid) > self.memory + _base()
            ):
                self._lose(worker, "too-large")

    def _lose(self, worker: _Worker[Task], reason: Literal["too-slow", "too-large", "crashed"]) -> None:
        self.answers[worker.turn] = Lost(reason)
        self.workers.remove(worker)
        _end(worker)

    def close(self) -> None:
        """End all workers, idle or not."""
        for worker in self.workers:
            _end(worker)
        self.workers.clear()
        shutil.rmtree(self.scratch, ignore_errors=True)


def _end(worker: _Worker[Any]) -> None:
    with contextlib.suppress(OSError):
        worker.pipe.close()
    worker.process.kill()
    if worker.away.group and hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(worker.away.group, signal.SIGKILL)
    worker.process.join(5)


def _serve(
    pipe: Connection, function: Callable[[Any], Any], memory: int, inherited: list[Connection], scratch: str
) -> None:
    """The life of a worker: take a task, answer it, until the pipe closes; where the parent died, tidy up for it."""
    global _line, _scratch
    _line, _scratch = pipe, scratch
    for other in inherited:  # Else this copy of the other end would keep the pipe open after the parent's death.
        other.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # The parent decides what Ctrl-C means.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # It may have a handler for it, which is not for us.
    _bound_memory(memory)
    if not inherited:
        pipe.send(_Here())
    while True:
        try:
            task = pipe.recv()
        except (EOFError, OSError):
            return shutil.rmtree(scratch, ignore_errors=True)
        try:
            answer = function(task)
        except MemoryError:
            answer = Lost("too-large")
        try:
            try:
                pipe.send(answer)
            except MemoryError:
                pipe.send(Lost("too-large"))
        except OSError:  # Nobody waits for it any more: the run was stopped.
            return shutil.rmtree(scratch, ignore_errors=True)


def _bound_memory(memory: int) -> None:
    """The hard limit on Linux, kept by the kernel: address space beyond what the process has now."""
    if sys.platform != "linux":
        return
    import resource

    with contextlib.suppress(OSError, ValueError):
        with open("/proc/self/statm", encoding="ascii") as handle:  # noqa: PTH123
            now = int(handle.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        wanted = now + memory
        resource.setrlimit(resource.RLIMIT_AS, (wanted if hard < 0 else min(wanted, hard), hard))


def _base() -> int:
    """What this process itself has resident: a worker begins with about as much."""
    return _resident(os.getpid())


def _resident(pid: int | None) -> int:
    """Bytes of memory that a process has resident; 0 where that cannot be told."""
    if pid is None:
        return 0
    if sys.platform == "linux":
        try:
            with open(f"/proc/{pid}/statm", encoding="ascii") as handle:  # noqa: PTH123
                return int(handle.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except (OSError, ValueError, IndexError):
            return 0
    import psutil

    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0
