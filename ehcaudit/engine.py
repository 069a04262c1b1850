"""Files × rules → Run: containment of a bad file, the as-of date, the gate and the one verdict."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Generic, TypeVar

from ehcaudit import __version__
from ehcaudit.checks import Context, Policy
from ehcaudit.errors import Crashed, InputError, NotAPlan, TooLarge, TooSlow, UsageError
from ehcaudit.judging import judge_plan
from ehcaudit.model import (
    SECTION_LETTERS,
    SEVERITIES,
    Failure,
    Plan,
    PlanAudit,
    Run,
    Severity,
    Verdict,
)
from ehcaudit.readers import Limits, read, skip_reason, suffixes
from ehcaudit.rules import RuleSet, load_rules
from ehcaudit.scoring import Scale, score
from ehcaudit.workers import Lost, work

Given = TypeVar("Given")
Progress = Callable[[int, int, str], None]
"""(files done, files in all, path just finished) → None."""


@dataclass(frozen=True, slots=True)
class Gate:
    """What makes a run's verdict ``findings``."""

    fail_on: Severity | None = "minor"
    """Any finding of this severity or graver; None: none does. What a person must decide never does."""
    min_score: float | None = None
    """Any plan that scores less (or has no score)."""


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
    sections: tuple[str, ...] = (),
    original: bool = False,
    jobs: int = 0,
    progress: Progress | None = None,
) -> Run:
    """Audit files, folders and globs.

    A file that cannot be audited becomes a Failure and the others go on. Raises UsageError where there are no rules
    or a section is unknown. ``as_of`` is today where it is not given. With ``sections`` only those are audited, and
    the others are not missing. ``original``: as the plans were before their tracked changes. ``jobs`` worker
    processes hold each file to the limits on time and memory; with none the files are read in this process, where a
    reader's own limits are all there is.
    """
    rules = load_rules().choose() if rules is None else rules
    if not len(rules):
        raise UsageError("no rules are switched on, so nothing would be checked; see --select, --ignore and --persona")
    for letter in sections:
        if letter not in SECTION_LETTERS:
            raise UsageError(f"“{letter}” is not a section; the letters are {', '.join(SECTION_LETTERS)}")
    as_of = as_of or datetime.now(UTC).astimezone().date()
    limits, scale, gate, policy = limits or Limits(), scale or Scale(), gate or Gate(), policy or Policy()
    files, skipped, failures = find_inputs(paths)
    job = Job(rules, as_of, policy, limits, scale, sections, original)
    plans: list[PlanAudit] = []
    for number, (path, answer) in enumerate(_answers(job, files, jobs), 1):
        if isinstance(answer, PlanAudit):
            plans.append(answer)
        else:
            failures.append(answer)
        if progress:
            progress(number, len(files), str(path))
    if not files and not failures:
        failures.append(
            Failure(
                ", ".join(map(str, paths)),
                "no-inputs",
                f"{', '.join(map(str, paths)) or 'no path'}: there is no {' or '.join(suffixes())} file there.",
            )
        )
    verdict, reason = decide(plans, failures, gate)
    return Run(
        __version__,
        rules.digest,
        as_of,
        verdict,
        tuple(plans),
        tuple(failures),
        cards={rule.id: rule.card for rule in rules},
        skipped=tuple(skipped),
        gate=reason,
    )


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

    def __call__(self, path: Path) -> PlanAudit | Failure:
        """Audit one file. Whatever is wrong with it becomes a Failure; its words are never in the message."""
        try:
            plan = read_plan(path, limits=self.limits, original=self.original)
            return audit_plan(plan, self.rules, Context(self.as_of, self.policy), self.scale, self.sections)
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


def _answers(job: Job, files: Sequence[Path], jobs: int) -> Iterator[tuple[Path, PlanAudit | Failure]]:
    if jobs < 1:
        yield from ((path, job(path)) for path in files)
        return
    limits = job.limits
    for path, answer in work(
        job, files, jobs=min(jobs, len(files)), seconds=limits.max_seconds, memory=limits.max_memory
    ):
        yield path, _lost(path, answer, limits) if isinstance(answer, Lost) else answer


def _lost(path: Path, lost: Lost, limits: Limits) -> Failure:
    said = {
        "too-slow": f"takes longer than {limits.max_seconds:g} seconds (settings: limits.max_seconds).",
        "too-large": f"needs more than {limits.max_memory / (1 << 20):.0f} MB of memory (settings: limits.max_memory).",
        "crashed": "ended the process that read it; the file is damaged, or made to do harm.",
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


def find_inputs(paths: Iterable[Path | str]) -> tuple[list[Path], list[str], list[Failure]]:
    """The files to read, each once and in a stable order; those skipped on purpose; and paths that lead nowhere.

    Folders are walked without following links to folders, so a loop of links ends.
    """
    files: dict[str, Path] = {}
    skipped: list[str] = []
    failures: list[Failure] = []

    def take(path: Path, *, asked: bool) -> None:
        why = skip_reason(path)
        if why:
            skipped.append(f"{path}: {why}")
        elif asked or path.suffix.lower() in suffixes():
            files.setdefault(os.path.normcase(os.path.abspath(path)), path)  # noqa: PTH100 - links stay as they are

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
                    take(Path(folder) / name, asked=False)
        elif os.path.lexists(path) or not glob.has_magic(str(given)):
            take(path, asked=True)
        else:
            hits = sorted(glob.glob(str(given), recursive=True))  # noqa: PTH207 - the pattern may be absolute
            for hit in hits:
                take(Path(hit), asked=False)
            if not hits:
                failures.append(Failure(str(given), "not-found", f"{given}: no file fits this pattern."))
    return list(files.values()), skipped, failures


def read_plan(
    path: Path | str, *, limits: Limits | None = None, any_document: bool = False, original: bool = False
) -> Plan:
    """Read one file and find its sections. Raises InputError; NotAPlan unless ``any_document``."""
    from ehcaudit.plan import build, recognise
    from ehcaudit.plan.amendments import before

    document = read(Path(path), limits=limits or Limits(), original=original)
    plan = build(before(document) if original else document)
    reason = recognise(plan)
    if reason and not any_document:
        raise NotAPlan(f"{path}: not recognised as an EHC plan: {reason}")
    return plan


def audit_plan(plan: Plan, rules: RuleSet, context: Context, scale: Scale, sections: tuple[str, ...] = ()) -> PlanAudit:
    """Judge and score one plan that has been read."""
    if sections:
        plan = restrict(plan, sections)
    results = tuple(judge_plan(plan, rules, context))
    card = score(results, {rule.id: rule.card for rule in rules}, scale)
    return PlanAudit(plan.document.path, plan.document.sha256, plan, card, results)


def restrict(plan: Plan, letters: Sequence[str]) -> Plan:
    """The plan as if it held these sections alone, on purpose."""
    keep = {*letters, *({"H"} if {"H1", "H2"} & set(letters) else set())}
    return replace(
        plan,
        partial=True,
        sections={letter: section for letter, section in plan.sections.items() if letter in keep},
        items=tuple(item for item in plan.items if item.section in keep),
        advice=plan.advice if "K" in keep else (),
    )


def decide(plans: Sequence[PlanAudit], failures: Sequence[Failure], gate: Gate) -> tuple[Verdict, str]:
    """The one verdict on the whole run, and why. Incomplete outranks findings; nothing checked is never clean."""
    reasons: list[str] = []
    if gate.fail_on is not None:
        grave = SEVERITIES[: SEVERITIES.index(gate.fail_on) + 1]
        hit = sum(any(f.severity in grave and not f.query for r in p.results for f in r.findings) for p in plans)
        if hit:
            reasons.append(
                f"{hit} of {len(plans)} plans {'has' if hit == 1 else 'have'} findings "
                f"of severity {gate.fail_on} or graver"
            )
    if gate.min_score is not None:
        low = sum(p.scorecard.percent is None or round(p.scorecard.percent, 1) < gate.min_score for p in plans)
        if low:
            reasons.append(f"{low} of {len(plans)} plans score{'s' if low == 1 else ''} below {gate.min_score:g}")
    if failures or not plans:
        return "incomplete", "; ".join([f"{len(failures)} could not be audited", *reasons])
    return ("findings", "; ".join(reasons)) if reasons else ("clean", "")


def _where(error: BaseException) -> str:
    """Module and line of an unexpected error, without any of its values."""
    trace, place = error.__traceback__, "?"
    while trace:
        name = Path(trace.tb_frame.f_code.co_filename)
        if "ehcaudit" in name.parts:
            place = f"{name.stem}.py:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


from ehcaudit.judging import check_example, judge_wording, judge_wordings, result_of, stock_plan, try_rule  # noqa: E402,F401  TEMPORARY
