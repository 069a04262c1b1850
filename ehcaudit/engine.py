"""Files × rules → Run: the files in order, the as-of date, what a store remembers, and the one verdict."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from ehcaudit import __version__
from ehcaudit.auditing import Job, Redo, contained, lost_failure, path_of
from ehcaudit.baseline import Ledger, rule_digests
from ehcaudit.checks import Policy
from ehcaudit.cluster import Bounds, Crew
from ehcaudit.errors import Changed, UsageError
from ehcaudit.gates import Gate, Screened, Tally, Waiver
from ehcaudit.history import Figures
from ehcaudit.inputs import content_of, find_inputs
from ehcaudit.kept import Kept
from ehcaudit.model import SECTION_LETTERS, Failure, PlanAudit, Run, Summary
from ehcaudit.readers import Limits, suffixes
from ehcaudit.rules import Rule, RuleSet, load_rules, packed
from ehcaudit.scoring import Scale
from ehcaudit.shelf import SHELF_FROM, Audits, Sealed, Shelf
from ehcaudit.store import Member, Method, Row, Store
from ehcaudit.workers import Lost, work

__all__ = ["Gate", "Progress", "audit", "find_inputs"]

TOGETHER = 200
"""Files that are looked up in a store at a time."""
Progress = Callable[[int, int, str], None]
"""(files done, files in all, path just finished) → None."""


# ---------------------------------------------------------------- the run


def audit(
    paths: Sequence[Path | str],
    *,
    rules: RuleSet | None = None,
    as_of: date | None = None,
    policy: Policy | None = None,
    limits: Limits | None = None,
    scale: Scale | None = None,
    gate: Gate | None = None,
    waivers: Sequence[Waiver] = (),
    sections: tuple[str, ...] = (),
    original: bool = False,
    convert: bool = False,
    ocr: bool = False,
    deidentified: bool = False,
    globs: Sequence[str] = (),
    jobs: int = 0,
    progress: Progress | None = None,
    store: Store | None = None,
    baseline: Path | None = None,
    write_baseline: Path | None = None,
    crew: Crew | Executor | None = None,
) -> Run:
    """Audit files, folders and globs.

    A file that cannot be audited becomes a Failure and the others go on. Raises UsageError where there are no rules
    or a section is unknown. ``as_of`` is today where it is not given. With ``sections`` only those are audited, and
    the others are not missing. ``original``, ``convert`` and ``ocr`` as for ``readers.read``. ``deidentified``: a
    plan that holds what could identify a child is a Failure. ``globs``: of the files in folders only those that fit
    one of them. ``jobs`` worker processes hold each file to the limits on time and memory; with none the files are read
    in this process, where a reader's own limits are all there is. A ``crew``, any Executor, works in their place, and
    nothing else changes.

    What the ``store`` has of an unchanged file is not worked out again; it must stay open while the Run is used. The
    findings of ``waivers`` and of the ``baseline`` are suppressed. Ctrl-C ends the run with what is done, as a Failure.
    """
    rules = load_rules(known=store).choose() if rules is None else rules
    if not len(rules):
        raise UsageError("no rules are switched on, so nothing would be checked; see --select, --ignore and --persona")
    for letter in sections:
        if letter not in SECTION_LETTERS:
            raise UsageError(f"“{letter}” is not a section; the letters are {', '.join(SECTION_LETTERS)}")
    as_of = as_of or datetime.now(UTC).astimezone().date()
    limits, scale, gate, policy = limits or Limits(), scale or Scale(), gate or Gate(), policy or Policy()
    guard = _guard() if deidentified else ()
    job = Job(rules, as_of, policy, limits, scale, sections, original, convert=convert, ocr=ocr, guard=guard)
    method = job.method()
    if store and rules.key and store.rules(rules.key) is None:
        store.keep_rules(rules.key, packed(rules))
    digests = rule_digests(rules)
    known = Ledger.read(baseline, method=method.digest, rules=digests) if baseline else None
    written = Ledger.begin(write_baseline, method=method.digest, rules=digests) if write_baseline else None
    files, skipped, failures = find_inputs(paths, globs, convert=convert)
    tally = Tally(gate, as_of=as_of, waivers=waivers, baseline=known, written=written)
    batch = _Batch(job, files, jobs, store, method, tally, progress, Crew(crew) if isinstance(crew, Executor) else crew)
    failures += batch.run()
    if not files and not failures:
        place = ", ".join(map(str, paths))
        said = f"{place or 'no path'}: there is no {' or '.join(suffixes())} file there."
        failures.append(Failure(place, "no-inputs", said))
    verdict, reason = tally.verdict(failures)
    plans: Sequence[PlanAudit] = batch.plans if isinstance(batch.plans, Audits) else tuple(batch.plans)
    run = Run(
        __version__,
        rules.digest,
        as_of,
        verdict,
        plans,
        tuple(failures),
        cards={rule.id: rule.card for rule in rules},
        skipped=tuple(skipped),
        gate=reason,
        notes=tally.notes(),
    )
    if tally.dropped:
        screened = Screened(run.plans, run.summaries, tally)
        run = replace(run, plans=screened, suppressed=screened.suppressed)
    if batch.stopped:
        return run
    if written and write_baseline:
        written.write(write_baseline)
    batch.record(run)
    return run


def _guard() -> tuple[Rule, ...]:
    from ehcaudit.judging import identity_rules

    return identity_rules()


class _Batch:
    """The files of one run on their way to ``plans``, in their order whatever the number of workers."""

    def __init__(
        self,
        job: Job,
        files: Sequence[Path],
        jobs: int,
        store: Store | None,
        method: Method,
        tally: Tally,
        progress: Progress | None,
        crew: Crew | None = None,
    ) -> None:
        self.files, self.jobs, self.store, self.tally, self.progress = files, jobs, store, tally, progress
        self.crew = crew
        sealed = store is not None or crew is not None or len(files) > SHELF_FROM
        self.job = replace(job, sealed=sealed, words=store is None or store.words)
        self.number = store.method(method) if store else 0
        self.figures = Figures()
        self.members: list[Member] = []
        self.stopped = False
        self.plans: list[PlanAudit] | Shelf | Kept = (
            Kept(store, self.number, self._again) if store else Shelf() if self.job.sealed else []
        )
        self._coming: deque[tuple[Path, Row | None]] = deque()
        """Files that were looked up, and what the store has of them; those without are with a worker."""
        self._done = 0
        self._ready = False

    def run(self) -> list[Failure]:
        """Audit them all. Gives the failures."""
        failures: list[Failure] = []
        try:
            for answer in self._answers():
                self._flush()
                with _undisturbed():
                    path, _ = self._coming.popleft()
                    if isinstance(answer, Failure):
                        failures.append(answer)
                    else:
                        self._put(answer)
                    self._step(path)
            self._flush()
        except KeyboardInterrupt:
            self.stopped = True
            left = len(self.files) - self._done
            failures.append(
                Failure(
                    str(self.files[self._done]) if left else "",
                    "stopped",
                    f"stopped after {self._done} of {len(self.files)} files; {left} "
                    f"{'was' if left == 1 else 'were'} not audited."
                    + (" What is done is kept, and a rerun goes on from there." if self.store else ""),
                )
            )
        return failures

    def _answers(self) -> Iterator[PlanAudit | Sealed | Failure]:
        limits = self.job.limits
        if self.crew:
            bounds = Bounds(limits.max_seconds, limits.max_memory)
            answers = self.crew.work(self.job, self._tasks(), bounds)
        elif self.jobs < 1:
            yield from (self.job(task) for task in self._tasks())
            return
        else:
            jobs = min(self.jobs, len(self.files))
            answers = work(self.job, self._tasks(), jobs=jobs, seconds=limits.max_seconds, memory=limits.max_memory)
        for task, answer in answers:
            yield lost_failure(path_of(task), answer, limits) if isinstance(answer, Lost) else answer

    def _tasks(self) -> Iterator[Path | Redo]:
        """What there is to do; a file that the store has a result for is none of it."""
        if not self.store:
            for path in self.files:
                yield from self._judged(path, None)
            return
        for start in range(0, len(self.files), TOGETHER):
            files = self.files[start : start + TOGETHER]
            contents = [content_of(path, self.job.limits) for path in files]
            rows = self._looked(files, contents)
            # At once, before any result is replaced by a new one: what these paths stand for is then not let go.
            settled = [(str(path), row.id) for path, row in zip(files, rows, strict=True) if row and self._holds(row)]
            self.store.settle(self.number, settled)
            for path, content, row in zip(files, contents, rows, strict=True):
                if row is None and content:  # One of the files just before may be the same.
                    (row,) = self._looked([path], [content])
                    if row and self._holds(row):
                        self.store.settle(self.number, [(str(path), row.id)])
                if row and self._holds(row):
                    self._coming.append((path, row))
                else:
                    yield from self._judged(path, row)
            self._flush()  # So that not all of a caseload that is known stands in line at once.

    def _looked(self, files: Sequence[Path], contents: Sequence[str | None]) -> list[Row | None]:
        """What the store has of these files."""
        assert self.store
        keys = [(content or "", path.suffix.lower()) for path, content in zip(files, contents, strict=True)]
        return self.store.look(self.number, keys, self.job.as_of)

    def _holds(self, row: Row) -> bool:
        """Whether nothing of a result must be worked out again."""
        return row.complete and self.job.as_of in row.days

    def _judged(self, path: Path, row: Row | None) -> Iterator[Path | Redo]:
        """The task that a file is, where what the store has of it is not enough."""
        self._coming.append((path, None))
        if self.store and row and row.complete and self.job.as_of in row.firm:
            whole, seen = self.store.piece(row.id, "whole"), self.store.piece(row.id, "trace")
            if whole and seen:
                yield Redo(path, whole, seen, row.firm)
                return
        if not self._ready and not self.crew:
            self._ready = True
            self.job.get_ready()
        yield path

    def _flush(self) -> None:
        """Take what the store has of the files that come before the next one with an answer."""
        if not self._coming or not self._coming[0][1]:
            return
        with _undisturbed():  # Once for all of them, which take no time.
            while self._coming and (row := self._coming[0][1]):
                path, _ = self._coming.popleft()
                assert isinstance(self.plans, Kept)
                self.plans.take(str(path), row)
                self._count()
                self._step(path)

    def _put(self, answer: PlanAudit | Sealed) -> None:
        if isinstance(self.plans, list):
            assert isinstance(answer, PlanAudit)
            self.plans.append(answer)
            self.tally.add(Summary.of(answer))
        else:
            assert isinstance(answer, Sealed)
            self.plans.add(answer)
            self._count()

    def _count(self) -> None:
        """Count the last of those that are kept."""
        plans = self.plans
        assert isinstance(plans, Audits)
        if not isinstance(plans, Kept) or self.tally.looks_closer:
            self.tally.add(plans.summaries[-1])
        else:
            self.tally.add_gist(plans.gists[-1])
        if isinstance(plans, Kept):
            gist = plans.gists[-1]
            self.figures.add(gist)
            self.members.append(Member(gist.path, plans.rows[-1], gist.percent))

    def _step(self, path: Path) -> None:
        self._done += 1
        if self.progress:
            self.progress(self._done, len(self.files), str(path))

    def _again(self, path: str, sha256: str) -> PlanAudit:
        """The audit of a file whose words the store does not keep."""
        audited = contained(replace(self.job, sealed=False), Path(path), self.job.limits)
        if not isinstance(audited, PlanAudit) or audited.sha256 != sha256:
            raise Changed(f"{path}: has changed since it was audited; run again.")
        return audited

    def record(self, run: Run) -> None:
        """Remember the run in the store, if there is one and it has plans or failures of its own."""
        if self.store:
            self.store.record(
                self.number,
                as_of=run.as_of,
                verdict=run.verdict,
                gate=run.gate,
                suppressed=len(run.suppressed),
                figures=self.figures.value(),
                members=self.members,
                failures=run.failures,
            )


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Ctrl-C comes after what is done here, so that a plan is counted wholly or not at all."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed: list[int] = []
    before = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}
    for one, handler in before.items():
        if handler is signal.default_int_handler:
            signal.signal(one, lambda number, _: pressed.append(number))
    try:
        yield
    finally:
        for one, handler in before.items():
            if handler is signal.default_int_handler:
                signal.signal(one, handler)
    if pressed:
        raise KeyboardInterrupt
