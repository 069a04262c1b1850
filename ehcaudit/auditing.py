"""One file → PlanAudit, sealed bytes or Failure: reading, judging and scoring, whatever is wrong contained in it.

This is what a worker process does, and all that it does; ``engine`` says which files, and what becomes of the answers.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from ehcaudit import __version__
from ehcaudit.baseline import rule_digests
from ehcaudit.checks import Context, Policy
from ehcaudit.cluster import Sent
from ehcaudit.errors import Changed, Crashed, InputError, NotAPlan, NotDeidentified, TooLarge, TooSlow
from ehcaudit.horizon import ALWAYS, Days, Watched, in_turn
from ehcaudit.inputs import stamp
from ehcaudit.model import Failure, Plan, PlanAudit, Result, Scorecard
from ehcaudit.readers import Limits, read
from ehcaudit.rules import Rule, RuleSet
from ehcaudit.scoring import Scale, score
from ehcaudit.shelf import Sealed, open_whole, seal
from ehcaudit.store import Method
from ehcaudit.workers import Lost, work

if TYPE_CHECKING:
    from ehcaudit.caseload import Trace

Given = TypeVar("Given")


@dataclass(frozen=True, slots=True)
class Redo:
    """A plan that is kept, and that only the rules that look at the day must judge again."""

    path: Path
    whole: bytes
    seen: bytes
    """Its trace."""
    firm: Days = ALWAYS
    """On which days the answers of the other rules hold."""


def path_of(task: Path | Redo | Sent) -> Path:
    """The file of a task."""
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
        path = path_of(task)
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


def lost_failure(path: Path, lost: Lost, limits: Limits) -> Failure:
    """What is said of a file with which a worker process was lost."""
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
        failure = lost_failure(path, answer, limits)
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
