"""One function over many files through any ``concurrent.futures.Executor``: threads, processes, a Dask cluster.

The answers come in the order of the files, and are those of a local run byte for byte. Whoever works for the executor
has the work done by a process that can be ended (``workers.Pool``), as a local run does, so that the limits on time and
memory hold there too and a crash costs one file. A worker that is lost all the same has its files done again elsewhere.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import shutil
import tempfile
import threading
import time
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Executor, Future, wait
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, Generic, TypeVar

from ehcaudit.errors import UsageError
from ehcaudit.model import Failure, PlanAudit
from ehcaudit.workers import Lost, Pool, scratch

Task = TypeVar("Task")
Answer = TypeVar("Answer")

AHEAD = 2
"""Batches for each worker that are under way at a time: enough that none waits, few enough to hold."""
BATCH = 8
"""Files of one batch. The rules go with each batch, and weigh more than a file."""
PATIENCE = 5.0
"""Seconds in which a scheduler must answer."""
ARRIVAL = 30.0
"""Seconds in which its first worker must be there."""
IDLE = 60.0
"""Seconds after which a process is ended that no batch has come for."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one task may use: wall time, and bytes of memory over what a fresh process has."""

    seconds: float
    memory: int


def through(
    executor: Executor,
    function: Callable[[Task], Answer],
    tasks: Iterable[Task],
    *,
    workers: int = 1,
    batch: int = BATCH,
    bounds: Bounds | None = None,
) -> Iterator[tuple[Task, Answer | Lost]]:
    """Each task with its answer, in the order of the tasks; no more are taken than so many ``workers`` are busy with.

    ``function`` and the tasks must pickle. With ``bounds`` each worker has its tasks done by a process of its own,
    which is ended where one goes over them. What ``function`` raises, and a worker that is lost for good, is
    ``Lost("crashed")`` for that task alone: a batch that fails is done again one by one, and what fails again once more
    with nothing beside it. Closing the generator calls off what has not begun.
    """
    coming = iter(tasks)
    shipped = Shipped.of(function, bounds)
    under_way: deque[tuple[list[Task], Future[list[Answer | Lost]]]] = deque()
    try:
        while True:
            while len(under_way) < max(1, workers) * AHEAD and (some := list(islice(coming, max(1, batch)))):
                under_way.append((some, _submitted(executor, shipped, some)))
            if not under_way:
                return
            some, future = under_way.popleft()
            answers = _result(future)
            if answers is not None:
                yield from zip(some, answers, strict=True)
                continue
            if len(some) > 1:
                singly = [(task, _submitted(executor, shipped, [task])) for task in some]
                under_way.extendleft(([task], future) for task, future in reversed(singly))
                continue
            # It may have stood beside the one that ended its worker: only what fails while nothing else is under way
            # has itself to blame.
            wait([future for _, future in under_way])
            answers = _result(_submitted(executor, shipped, some))
            yield some[0], Lost("crashed") if answers is None else answers[0]
    finally:
        for _, future in under_way:
            future.cancel()


def _submitted(executor: Executor, function: Shipped[Task, Answer], some: list[Task]) -> Future[list[Answer | Lost]]:
    try:
        return executor.submit(function, some)
    except Exception as error:  # noqa: BLE001 - an executor that is broken says so here
        failed: Future[list[Answer | Lost]] = Future()
        failed.set_exception(error)
        return failed


def _result(future: Future[list[Answer]]) -> list[Answer] | None:
    try:
        return future.result()
    except (Exception, CancelledError):  # noqa: BLE001 - whatever it is, it costs these files alone
        return None


@dataclass(frozen=True, slots=True)
class Shipped(Generic[Task, Answer]):
    """A function as bytes, which every worker process opens once, however many batches come to it."""

    digest: str
    payload: bytes
    bounds: Bounds | None = None

    @classmethod
    def of(cls, function: Callable[[Task], Answer], bounds: Bounds | None = None) -> Shipped[Task, Answer]:
        """The function, packed."""
        payload = zlib.compress(pickle.dumps(function), 1)
        return cls(sha256(payload).hexdigest(), payload, bounds)

    def __call__(self, some: list[Task]) -> list[Answer | Lost]:
        """The answers to a batch."""
        return _pens.answers(self, some) if self.bounds else list(map(self.opened(), some))

    def opened(self) -> Callable[[Task], Answer]:
        """The function."""
        if self.digest not in _opened:
            _opened.clear()
            _opened[self.digest] = pickle.loads(zlib.decompress(self.payload))  # noqa: S301 - as the executor itself does
        function: Callable[[Task], Answer] = _opened[self.digest]
        return function


class _Opening:
    """What a fresh process opens as it begins, before its time counts, and a fork with its first task; the worker that
    starts it need not even load what the work takes."""

    def __init__(self, shipped: Shipped[Any, Any]) -> None:
        self.shipped = shipped

    def __call__(self, task: Any) -> Any:
        return self.shipped.opened()(task)

    def __reduce__(self) -> tuple[Any, ...]:
        return Shipped.opened, (self.shipped,)


_opened: dict[str, Any] = {}
"""In a worker: the function that it was sent last."""


class _Pens:
    """In a worker: for each of its threads a process that can be ended, kept from one batch to the next.

    Nobody tells a worker that a run is over (whoever began it may be dead), so a process that has been idle for a
    minute is ended.
    """

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin anew, as a fork must: processes, clock and lock belong to another."""
        self._lock = threading.Lock()
        self._idle: list[tuple[float, Shipped[Any, Any], Pool[Any, Any]]] = []
        self._clock: threading.Timer | None = None

    def answers(self, shipped: Shipped[Any, Any], some: list[Any]) -> list[Any]:
        """The answers to a batch. What a process that is ended takes with it is Lost."""
        pool = self._take(shipped)
        try:
            found = [answer for _, answer in pool.run(some)]
        except BaseException:
            pool.close()
            raise
        with self._lock:
            self._idle.append((time.monotonic(), shipped, pool))
            self._wind()
        return found

    def _take(self, shipped: Shipped[Any, Any]) -> Pool[Any, Any]:
        with self._lock:
            for place, (_, kept, _) in enumerate(self._idle):
                if kept == shipped:
                    return self._idle.pop(place)[2]
        assert shipped.bounds
        return Pool(_Opening(shipped), jobs=1, seconds=shipped.bounds.seconds, memory=shipped.bounds.memory)

    def sweep(self) -> None:
        """End the processes that have been idle for long."""
        with self._lock:
            self._clock = None
            late = time.monotonic() - IDLE
            over = [pool for since, _, pool in self._idle if since <= late]
            self._idle = [entry for entry in self._idle if entry[0] > late]
            self._wind()
        for pool in over:
            pool.close()

    def _wind(self) -> None:
        if self._idle and not self._clock:
            self._clock = threading.Timer(max(0.0, self._idle[0][0] + IDLE - time.monotonic()), self.sweep)
            self._clock.daemon = True
            self._clock.start()


_pens = _Pens()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pens.forget)


@dataclass(frozen=True, slots=True)
class Sent:
    """A file with its content, for a worker that cannot read it where it lies."""

    path: Path
    content: bytes

    @classmethod
    def of(cls, path: Path) -> Sent | Path:
        """The file; where it cannot be read here, its path, and the worker says why."""
        try:
            return cls(path, path.read_bytes())
        except OSError:
            return path


@dataclass(frozen=True, slots=True)
class Unpacking(Generic[Answer]):
    """A function of a path that takes a sent file too, and answers as if it had read the file in its own place."""

    function: Callable[[Any], Answer]

    def __call__(self, task: Any) -> Answer:
        """Write what was sent to a folder of its own, which is gone when this returns."""
        if not isinstance(task, Sent):
            return self.function(task)
        folder = Path(tempfile.mkdtemp(prefix="ehcaudit-", dir=scratch()))
        try:
            copy = folder / task.path.name
            copy.write_bytes(task.content)
            answer: Answer = moved(self.function(copy), copy, task.path)
            return answer
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def moved(answer: Any, copy: Path, path: Path) -> Any:
    """An audit, sealed or not, or a Failure, with the file's own path in the place of its copy's."""
    if isinstance(answer, Failure):
        return Failure(str(path), answer.error, answer.message.replace(str(copy), str(path)))
    if isinstance(answer, PlanAudit):
        plan = replace(answer.plan, document=replace(answer.plan.document, path=str(path)))
        return replace(answer, path=str(path), plan=plan)
    return replace(answer, path=str(path))


@dataclass(frozen=True, slots=True)
class Crew:
    """Who does the work of a run in place of our own worker processes."""

    executor: Executor
    workers: int = field(default_factory=lambda: os.cpu_count() or 1)
    """How many tasks it does at a time; it is never given many more."""
    send: bool = False
    """The workers cannot read the files where they lie: each is sent with its content."""

    def work(
        self, function: Callable[[Any], Answer], tasks: Iterable[Any], bounds: Bounds | None = None
    ) -> Iterator[tuple[Any, Answer | Lost]]:
        """Each task with its answer, in the order of the tasks, as ``through`` gives it. A Path among the tasks is a
        file."""
        if self.send:
            function = Unpacking(function)
            tasks = (Sent.of(task) if isinstance(task, Path) else task for task in tasks)
        return through(self.executor, function, tasks, workers=self.workers, bounds=bounds)


@contextlib.contextmanager
def connected(address: str, *, send: bool = False) -> Iterator[Crew]:
    """The workers of the Dask cluster at this address.

    Raises UsageError where Dask is not installed, where nothing answers there, or where its workers have no ehcaudit
    of this version.
    """
    try:
        from distributed import Client
    except ImportError:
        raise UsageError("--cluster needs Dask: install ehcaudit[cluster]") from None
    try:
        client: Any = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError(f"--cluster: no Dask scheduler answers at {address} ({type(error).__name__})") from None
    try:
        _same_version(client)
        threads = sum(client.nthreads().values())
        # Each call counts, even of the same function on a file of the same name; a file is tried again on another
        # worker where its own was lost (Dask: distributed.scheduler.allowed-failures).
        yield Crew(client.get_executor(pure=False), max(1, threads), send)
    finally:
        client.close()


def _version() -> str:
    from ehcaudit import __version__

    return __version__


def _same_version(client: Any) -> None:
    try:
        with contextlib.suppress(TimeoutError):  # They may be on their way, or being replaced.
            client.wait_for_workers(1, timeout=ARRIVAL)
        versions = client.run(_version)
    except Exception as error:  # noqa: BLE001 - it may be anything that a worker raises
        raise UsageError(f"--cluster: its workers cannot run ehcaudit ({type(error).__name__})") from None
    if not versions:
        raise UsageError("--cluster: it has no workers")
    other = sorted(set(versions.values()) - {_version()})
    if other:
        raise UsageError(f"--cluster: its workers have ehcaudit {other[0]}, and this is {_version()}")
