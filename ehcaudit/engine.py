"""Files × rules → Run: containment of a bad file, the as-of date, what a store remembers, and the one verdict."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from ehcaudit import __version__
from ehcaudit.checks import Context, Policy
from ehcaudit.cluster import Bounds, Crew, Sent
from ehcaudit.errors import Changed, Crashed, InputError, NotAPlan, NotDeidentified, TooLarge, TooSlow, UsageError
from ehcaudit.gates import Gate, Ledger, Screened, Tally, Waiver, rule_digests
from ehcaudit.history import Figures
from ehcaudit.horizon import ALWAYS, Days, Watched, in_turn
from ehcaudit.inputs import content_of, find_inputs, stamp
from ehcaudit.kept import Kept
from ehcaudit.model import SECTION_LETTERS, Failure, Plan, PlanAudit, Result, Run, Scorecard, Summary
from ehcaudit.readers import Limits, read, suffixes
from ehcaudit.rules import Rule, RuleSet, load_rules, packed
from ehcaudit.scoring import Scale, score
from ehcaudit.shelf import SHELF_FROM, Audits, Sealed, Shelf, open_whole, seal
from ehcaudit.store import Member, Method, Row, Store
from ehcaudit.workers import Lost, work

if TYPE_CHECKING:
    from ehcaudit.caseload import Trace

__all__ = ["Gate", "Progress", "audit", "audit_plan", "contained", "find_inputs", "read_plan"]

Given = TypeVar("Given")
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
            yield _lost(_path_of(task), answer, limits) if isinstance(answer, Lost) else answer

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


@dataclass(frozen=True, slots=True)
class Redo:
    """A plan that is kept, and that only the rules that look at the day must judge again."""

    path: Path
    whole: bytes
    seen: bytes
    """Its trace."""
    firm: Days = ALWAYS
    """On which days the answers of the other rules hold."""


def _path_of(task: Path | Redo | Sent) -> Path:
    return task if isinstance(task, Path) else task.path


@dataclass(frozen=True, slots=True)
class Job:
    """What is the same for every file of a run."""

    rules: RuleSet
    as_of: date
    policy: Policy
    limits: Limits
    scale: Scale
    sections: tuple[str, ...] = ()
    original: bool = False
    sealed: bool = False
    """Answer with bytes: for a shelf or a store."""
    words: bool = True
    """The bytes that are kept of a plan may hold words of it."""
    convert: bool = False
    ocr: bool = False
    guard: tuple[Rule, ...] = ()
    """Rules that refuse a plan in which they find something that could identify a child."""

    def get_ready(self) -> None:
        """Load what judging a plan needs, once for all workers that are forked from this process."""
        for name in ("checks", "plan.amendments", "caseload.trace", "language.identifiers", "language.people"):
            import_module(f"ehcaudit.{name}")
        for rule in self.rules:
            _ = rule.options, rule.file

    def __call__(self, task: Path | Redo) -> PlanAudit | Sealed | Failure:
        """Audit one file. Whatever is wrong with it becomes a Failure; its words are never in the message."""
        path = _path_of(task)
        context = Watched(self.as_of, self.policy)
        try:
            redone = self._redone(task, context) if isinstance(task, Redo) else None
            audited, seen = redone or (self._audited(path, context), None)
            if not self.sealed:
                return audited
            from ehcaudit.caseload.trace import trace

            firm = task.firm if isinstance(task, Redo) and redone else context.firm
            days = context.span.days & firm
            return seal(audited, seen or trace(audited), days=days, firm=firm, words=self.words)
        except InputError as error:
            return Failure(str(path), error.code, str(error))
        except MemoryError:
            return Failure(str(path), "too-large", f"{path}: there is not enough memory to read this file.")
        except Exception as error:
            if os.environ.get("EHCAUDIT_DEBUG"):
                raise
            return Failure(
                str(path),
                "internal",
                f"{path}: an error inside ehcaudit ({type(error).__name__} in {_where(error)}); "
                "please report it with the version, not the plan.",
            )

    def _audited(self, path: Path, context: Context) -> PlanAudit:
        from ehcaudit.judging import identified_by

        before = stamp(path)
        plan = read_plan(
            path,
            limits=self.limits,
            original=self.original,
            convert=self.convert,
            ocr=self.ocr,
            sections=self.sections,
        )
        if before != stamp(path):
            raise Changed(f"{path}: was written to or taken away while it was read; run again.")
        if found := identified_by(plan, self.guard, context):
            raise NotDeidentified(
                f"{path}: is not de-identified ({found}); take that out, or audit it without --require-deidentified."
            )
        return audit_plan(plan, self.rules, context, self.scale, self.sections)

    def _redone(self, task: Redo, context: Watched) -> tuple[PlanAudit, Trace] | None:
        """The kept audit with the answers of this day, and its trace; None where what is kept cannot be read."""
        from ehcaudit.caseload.trace import Trace, judged_again
        from ehcaudit.judging import judge_plan

        try:
            audited, seen = open_whole(task.whole, str(task.path)), Trace.unpack(task.seen)
        except ValueError:
            return None
        dated = [rule for rule in self.rules if rule.dated]
        answers = {result.rule: result for result in judge_plan(audited.plan, dated, context)}
        results = tuple(answers.get(result.rule, result) for result in audited.results)
        card = _scored(audited.plan, results, self.rules, self.scale)
        audited = replace(audited, results=results, scorecard=card)
        return audited, judged_again(seen, audited)

    def method(self) -> Method:
        """What results depend on besides the file and the day."""
        from ehcaudit.language.trained import version

        limits = asdict(self.limits)
        del limits["max_seconds"], limits["max_memory"]
        settings = {
            "policy": asdict(self.policy),
            "language_model": version(self.policy.language_model) if self.policy.language_model else "",
            "limits": limits,
            "scale": asdict(self.scale),
            "sections": self.sections,
            "original": self.original,
            "convert": self.convert,
            "ocr": self.ocr,
            "guard": [rule.id for rule in self.guard],
        }
        digests = rule_digests(self.rules)
        return Method(
            __version__,
            self.rules.digest,
            json.dumps(settings, sort_keys=True),
            {r.id: (digests[r.id], r.theme, r.card.severity, r.card.title) for r in self.rules},
        )


def _lost(path: Path, lost: Lost, limits: Limits) -> Failure:
    said = {
        "too-slow": f"takes longer than {limits.max_seconds:g} seconds (settings: limits.max_seconds).",
        "too-large": f"needs more than {limits.max_memory / (1 << 20):.0f} MB of memory (settings: limits.max_memory).",
        "crashed": "ended its process: the file is damaged or made to do harm, or memory was short; run again.",
    }[lost.reason]
    return Failure(str(path), lost.reason, f"{path}: {said}")


@dataclass(frozen=True, slots=True)
class _Contained(Generic[Given]):
    """A question about one file, with an InputError as an answer."""

    question: Callable[[Path], Given]

    def __call__(self, path: Path) -> Given | InputError:
        try:
            return self.question(path)
        except InputError as error:
            return error


def contained(question: Callable[[Path], Given], path: Path, limits: Limits) -> Given:
    """The answer to a question about one file, asked in a worker process. Raises InputError."""
    ((_, answer),) = work(_Contained(question), [path], seconds=limits.max_seconds, memory=limits.max_memory)
    if isinstance(answer, Lost):
        failure = _lost(path, answer, limits)
        raise {"too-slow": TooSlow, "too-large": TooLarge, "crashed": Crashed}[answer.reason](failure.message)
    if isinstance(answer, InputError):
        raise answer
    return answer


def read_plan(
    path: Path | str,
    *,
    limits: Limits | None = None,
    any_document: bool = False,
    original: bool = False,
    convert: bool = False,
    ocr: bool = False,
    sections: Sequence[str] = (),
) -> Plan:
    """Read one file and find its sections. Raises InputError; NotAPlan unless ``any_document``.

    A document that holds nothing but the ``sections`` that are asked for is a plan.
    """
    from ehcaudit.plan import build, recognise
    from ehcaudit.plan.amendments import before

    limits = limits or Limits()
    document = read(Path(path), limits=limits, original=original, convert=convert, ocr=ocr)
    plan = build(before(document) if original else document, min_confidence=limits.min_confidence)
    reason = recognise(plan, sections)
    if reason and not any_document:
        raise NotAPlan(f"{path}: not recognised as an EHC plan: {reason}")
    return plan


def audit_plan(plan: Plan, rules: RuleSet, context: Context, scale: Scale, sections: tuple[str, ...] = ()) -> PlanAudit:
    """Judge and score one plan that has been read."""
    from ehcaudit.judging import judge_plan, restrict, without_unreadable, wording_of

    if sections:
        plan = restrict(plan, sections)
    plan = without_unreadable(plan)
    judged = in_turn(plan, rules, context) if isinstance(context, Watched) else judge_plan(plan, rules, context)
    results = tuple(judged)
    card = _scored(plan, results, rules, scale)
    return PlanAudit(plan.document.path, plan.document.sha256, plan, card, results, wording_of(plan, context))


def _scored(plan: Plan, results: Sequence[Result], rules: RuleSet, scale: Scale) -> Scorecard:
    """The scorecard; what a partial plan leaves out on purpose has no score in it."""
    card = score(results, {rule.id: rule.card for rule in rules}, scale)
    if not plan.partial:
        return card
    there = {*plan.sections, *(("H1", "H2") if "H" in plan.sections else ())}
    return replace(card, sections={letter: part for letter, part in card.sections.items() if letter in there})


def _where(error: BaseException) -> str:
    """Module and line of an unexpected error, without any of its values."""
    trace, place = error.__traceback__, "?"
    while trace:
        name = Path(trace.tb_frame.f_code.co_filename)
        if "ehcaudit" in name.parts:
            place = f"{name.stem}.py:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
