"""Files × rules → Run: containment of a bad file, the as-of date, the gate and the one verdict.

Also the smaller questions that go the same way: reading one plan, judging single statements, and trying a rule's
own examples.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from ehcaudit import __version__
from ehcaudit.checks import CHECKS, Answer, Context, Hit, Policy
from ehcaudit.checks.base import heading_evidence
from ehcaudit.errors import InputError, NotAPlan, UsageError
from ehcaudit.model import (
    SECTION_LETTERS,
    SEVERITIES,
    Document,
    Evidence,
    Failure,
    Finding,
    Plan,
    PlanAudit,
    Result,
    Run,
    Severity,
    Verdict,
    fingerprint,
)
from ehcaudit.readers import Limits, read, skip_reason, suffixes
from ehcaudit.rules import Example, Rule, RuleSet, load_rules
from ehcaudit.scoring import Scale, score

if TYPE_CHECKING:
    from ehcaudit.language.statements import Judgement

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
    progress: Progress | None = None,
) -> Run:
    """Audit files, folders and globs.

    A file that cannot be audited becomes a Failure and the others go on. Raises UsageError where there are no rules
    or a section is unknown. ``as_of`` is today where it is not given. With ``sections`` only those are audited, and
    the others are not missing.
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
    plans: list[PlanAudit] = []
    for number, path in enumerate(files, 1):
        try:
            plan = read_plan(path, limits=limits)
            plans.append(audit_plan(plan, rules, Context(as_of, policy), scale, sections))
        except InputError as error:
            failures.append(Failure(str(path), error.code, str(error)))
        except MemoryError:
            failures.append(Failure(str(path), "too-large", f"{path}: there is not enough memory to read this file."))
        except Exception as error:  # noqa: BLE001 - one bad file never stops the run; its words are never shown
            if os.environ.get("EHCAUDIT_DEBUG"):
                raise
            failures.append(
                Failure(
                    str(path),
                    "internal",
                    f"{path}: an error inside ehcaudit ({type(error).__name__} in "
                    f"{_where(error)}); please report it with the version, not the plan.",
                )
            )
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
            files.setdefault(os.path.normcase(os.path.abspath(path)), path)

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
            hits = sorted(glob.glob(str(given), recursive=True))
            for hit in hits:
                take(Path(hit), asked=False)
            if not hits:
                failures.append(Failure(str(given), "not-found", f"{given}: no file fits this pattern."))
    return list(files.values()), skipped, failures


def read_plan(path: Path | str, *, limits: Limits | None = None, any_document: bool = False) -> Plan:
    """Read one file and find its sections. Raises InputError; NotAPlan unless ``any_document``."""
    from ehcaudit.plan import build, recognise

    plan = build(read(Path(path), limits=limits or Limits()))
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


# ---------------------------------------------------------------- rules over one plan


def judge_plan(plan: Plan, rules: Iterable[Rule], context: Context) -> Iterator[Result]:
    """One Result for each rule, in rule order."""
    for rule in rules:
        answer = CHECKS[rule.file.check["type"]].function(plan, rule.options, rule.file.where, context)
        yield result_of(rule, answer, plan)


def result_of(rule: Rule, answer: Answer, plan: Plan) -> Result:
    """A check's answer in the rule's own words."""
    items = {item.id: item for item in plan.items}
    findings: list[Finding] = []
    seen: dict[str, int] = {}
    for hit in answer.hits:
        evidence = hit.evidence or (heading_evidence(plan, hit.section) if hit.section else ())
        quote = shorten(" … ".join(part.quote for part in evidence))
        section = (
            hit.section
            or (items[hit.item].section if hit.item in items else "")
            or (plan.section_of.get(evidence[0].block_id, "") if evidence else "")
        )
        print_of = fingerprint(rule.id, section, " ".join(part.quote for part in evidence))
        seen[print_of] = seen.get(print_of, 0) + 1
        if seen[print_of] > 1:  # The same words twice in one section are two findings, told apart by their turn.
            print_of = fingerprint(rule.id, section, f"{seen[print_of]} {' '.join(part.quote for part in evidence)}")
        message = fill(rule.file.message, {"quote": quote, "section": section, "item": hit.item, **hit.values})
        findings.append(
            Finding(
                rule.id,
                message,
                rule.file.severity,
                rule.file.confidence,
                rule.file.basis,
                section,
                evidence,
                fill(rule.file.fix, hit.values),
                print_of,
                hit.query,
                hit.item,
            )
        )
    return Result(rule.id, answer.status, answer.met, answer.items, tuple(findings), answer.reason)


def fill(template: str, values: Mapping[str, str]) -> str:
    """A message with its fields filled in; a field that has no value stays readable, and braces in values are safe."""
    return re.sub(r"\{(\w+)\}", lambda field: str(values.get(field[1], "…")), template)


def shorten(quote: str, limit: int = 200) -> str:
    """A quote for a one-line message: cut at a word, with an ellipsis. The evidence keeps it whole."""
    return quote if len(quote) <= limit else quote[:limit].rsplit(" ", 1)[0] + " …"


# ---------------------------------------------------------------- single statements


@dataclass(frozen=True, slots=True)
class WordingFinding:
    """A fault of one statement, in the words of the rule that names it."""

    rule: str
    quote: str
    message: str
    fix: str


@dataclass(frozen=True, slots=True)
class WordingVerdict:
    """What ``wording`` says of one statement."""

    text: str
    kind: str
    verdict: str
    score: float
    slots: Mapping[str, str | None]
    findings: tuple[WordingFinding, ...] = field(default=())


_HOME = {"need": "B", "outcome": "E", "provision": "F", "advice": "K", "voice": "A"}


def judge_wording(
    kind: str, text: str, *, rules: RuleSet | None = None, attached: Mapping[str, str] | None = None
) -> WordingVerdict:
    """Judge one statement as it is being written: verdict, slots, and what the rules over such items find."""
    return next(iter(judge_wordings(kind, [text], rules=rules, attached=attached)))


def judge_wordings(
    kind: str, texts: Iterable[str], *, rules: RuleSet | None = None, attached: Mapping[str, str] | None = None
) -> Iterator[WordingVerdict]:
    """The same for many statements of one kind, in their order."""
    from ehcaudit.language.statements import judge
    from ehcaudit.model import Block, Item, Section

    if kind not in ("outcome", "provision", "need", "voice"):
        raise UsageError(f"“{kind}” is not a kind of statement; the kinds are outcome, provision, need and voice")
    rules = load_rules().choose() if rules is None else rules
    fitting = [
        rule
        for rule in rules
        if set(rule.file.where) & {kind, _HOME[kind]} and getattr(rule.options, "single_statement", False)
    ]
    for text in texts:
        said: Judgement = judge(kind, text, section=_HOME[kind], attached=dict(attached or {}))
        findings: list[WordingFinding] = []
        if kind != "voice" and fitting:
            letter = _HOME[kind]
            block = Block(0, "paragraph", text, "statement")
            item = Item(f"{letter}1", kind, letter, (Evidence(0, 0, len(text), text),))  # type: ignore[arg-type]
            plan = Plan(
                Document("", "", "text", (block,)),
                {letter: Section(letter, "", True, (), (0,))},
                (item,),
                section_of={0: letter},
                partial=True,
            )
            context = Context(date.min)
            context.remember(item, said)
            for result in judge_plan(plan, fitting, context):
                findings += [
                    WordingFinding(f.rule, " … ".join(e.quote for e in f.evidence), f.message, f.fix)
                    for f in result.findings
                ]
        yield WordingVerdict(
            text,
            kind,
            said.verdict,
            said.score,
            {name: slot.text if slot else None for name, slot in said.slots.items()},
            tuple(findings),
        )


# ---------------------------------------------------------------- a rule's own examples


@cache
def stock_plan() -> tuple[str, tuple[tuple[str, str, str], ...]]:
    """The stock plan for examples: its front page, and (letter, heading line, body) of each section."""
    text = (Path(__file__).parent / "data" / "example_plan.md").read_text(encoding="utf-8")
    parts = re.split(r"(?m)^(## Section ([A-K][12]?)\b.*)$", text)
    return parts[0], tuple(zip(parts[2::3], parts[1::3], parts[3::3], strict=True))


def example_plan(rule: Rule, example: Example) -> Plan:
    """The plan that a rule's example stands for, built through the real reader and plan stages."""
    from ehcaudit.plan import build
    from ehcaudit.readers.text import from_markdown

    front, sections = stock_plan()
    if example.sections or example.front is not None:
        text = (front if example.front is None else example.front + "\n\n") + "".join(
            f"{heading}\n\n{example.sections[letter]}\n\n"
            if example.sections.get(letter, False) is not False
            else f"{heading}{body}"
            for letter, heading, body in sections
            if example.sections.get(letter) is not False
        )
        return build(from_markdown(text, path="example.md"))
    places = rule.file.where
    if re.search(r"(?im)^\W*section [A-K]\b", example.text) or set(places) <= {"plan", "document", "thread"}:
        return replace(build(from_markdown(example.text, path="example.md")), partial=True)
    letter = next((_HOME.get(place, place) for place in places if place in _HOME or place in SECTION_LETTERS), "F")
    heading = next(heading for known, heading, _ in sections if known == letter)
    return replace(build(from_markdown(f"{heading}\n\n{example.text}\n", path="example.md")), partial=True)


def check_example(rule: Rule, example: Example, *, bad: bool) -> list[str]:
    """What is wrong with a rule's answer to one of its own examples; empty where it is as the file says."""
    plan = example_plan(rule, example)
    if not plan.document.blocks:
        return ["the example holds no words"]
    context = Context(example.as_of or plan.facts.plan_date or date(2026, 9, 1))
    (result,) = judge_plan(plan, [rule], context)
    if not bad:
        if result.findings or result.status in ("not_met", "query"):
            quotes = "; ".join(e.quote for f in result.findings for e in f.evidence)
            return [f"a good example is answered {result.status}: {quotes or result.reason}"]
        return [] if result.status in ("met", "not_applicable") else [f"answered {result.status}: {result.reason}"]
    wanted = "query" if example.query else "not_met"
    problems = (
        []
        if result.status == wanted
        else [
            f"a bad example is answered {result.status}, not {wanted}" + (f": {result.reason}" if result.reason else "")
        ]
    )
    found = [[part.quote for part in finding.evidence] for finding in result.findings]
    problems += [
        f"“{quote}” is not quoted; quoted: {found}"
        for quote in example.quotes
        if not any(quote in quotes or quote == " ".join(quotes) for quotes in found)
    ]
    return problems


def try_rule(rule: Rule) -> Iterator[tuple[str, Example, list[str]]]:
    """Every example of a rule with its problems: ("bad 1", example, [])."""
    for name, examples in (("bad", rule.file.bad), ("good", rule.file.good)):
        for number, example in enumerate(examples, 1):
            yield f"{name} {number}", example, check_example(rule, example, bad=name == "bad")


__all__ = [
    "Gate",
    "Hit",
    "audit",
    "audit_plan",
    "check_example",
    "judge_plan",
    "judge_wording",
    "judge_wordings",
    "read_plan",
    "restrict",
    "try_rule",
]
