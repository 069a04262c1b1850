"""Rules over one plan → results; rules over single statements; and a rule over its own examples."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from ehcaudit.checks import Answer, Context
from ehcaudit.checks.base import heading_evidence
from ehcaudit.errors import UsageError
from ehcaudit.model import SECTION_LETTERS, Document, Evidence, Finding, Plan, Result, Wording, fingerprint
from ehcaudit.rules import Example, Rule, load_rules
from ehcaudit.scoring import homes

if TYPE_CHECKING:
    from ehcaudit.language.statements import Judgement
    from ehcaudit.rules import RuleSet


def judge_plan(plan: Plan, rules: Iterable[Rule], context: Context) -> Iterator[Result]:
    """One Result for each rule, in rule order."""
    for rule in rules:
        answer = rule.check.function(plan, rule.options, rule.file.where, context)
        yield result_of(rule, answer, plan)


def result_of(rule: Rule, answer: Answer, plan: Plan) -> Result:
    """A check's answer in the rule's own words."""
    findings: list[Finding] = []
    seen: dict[str, int] = {}
    for hit in answer.hits:
        evidence = hit.evidence or (heading_evidence(plan, hit.section) if hit.section else ())
        quote = shorten(" … ".join(part.quote for part in evidence))
        section = (
            hit.section
            or (_section_of(plan, hit.item) if hit.item else "")
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
    dark = [letter for letter, one in plan.sections.items() if one.unreadable]
    if dark and findings:
        # Words that were not read surely are no evidence, whichever rule came upon them.
        sure = [
            f for f in findings if not {f.section, *(plan.section_of.get(e.block_id) for e in f.evidence)} & {*dark}
        ]
        if not sure:
            return Result(rule.id, "not_assessed", reason=f"Section {' and '.join(dark)} could not be read surely.")
        findings = sure
    if plan.partial and not findings and (letter := _left_out(rule, plan)):
        return Result(rule.id, "not_applicable", reason=f"Section {letter} is not part of this document on purpose.")
    return Result(rule.id, answer.status, answer.met, answer.items, tuple(findings), answer.reason)


def _section_of(plan: Plan, item_id: str) -> str:
    return next((item.section for item in plan.items if item.id == item_id), "")


def _left_out(rule: Rule, plan: Plan) -> str:
    """The sections of a rule, where a partial plan holds none of them; else empty."""
    wanted = homes(rule.file.where)
    there = {*plan.sections, *(("H1", "H2") if "H" in plan.sections else ())}
    return " and ".join(wanted) if wanted and not there & {*wanted} else ""


def fill(template: str, values: Mapping[str, str]) -> str:
    """A message with its fields filled in; a field that has no value stays readable, and braces in values are safe."""
    return _FIELD.sub(lambda field: str(values.get(field[1], "…")), template)


def shorten(quote: str, limit: int = 200) -> str:
    """A quote for a one-line message: cut at a word, with an ellipsis. The evidence keeps it whole."""
    return quote if len(quote) <= limit else quote[:limit].rsplit(" ", 1)[0] + " …"


# ---------------------------------------------------------------- which plans, and which parts, are judged

_FIELD = re.compile(r"\{(\w+)\}")
_GUARDS = ("identifier", "hidden-name", "another-childs-name")
"""Check types whose findings could identify a child, as against those that find a contradiction."""


def identity_rules() -> tuple[Rule, ...]:
    """The built-in rules that find what could identify a child, whatever the persona."""
    return tuple(rule for rule in load_rules().rules if rule.theme == "identity" and rule.kind in _GUARDS)


def identified_by(plan: Plan, guard: Iterable[Rule], context: Context) -> str:
    """What these rules find, in words and numbers and never by itself; empty where they find nothing."""
    found = [(rule, len(result.findings)) for rule in guard for result in judge_plan(plan, [rule], context)]
    return ", ".join(f"{rule.id.rpartition('/')[2].replace('-', ' ')}: {number}" for rule, number in found if number)


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


def without_unreadable(plan: Plan) -> Plan:
    """The plan without the words of sections that could not be read surely, so that no rule judges them."""
    dark = {letter for letter, section in plan.sections.items() if section.unreadable}
    if not dark:
        return plan
    items = tuple(item for item in plan.items if item.section not in dark)
    left = {item.id for item in items}

    def known(ids: Iterable[str]) -> tuple[str, ...]:
        return tuple(one for one in ids if one in left)

    threads = (
        replace(t, needs=known(t.needs), outcomes=known(t.outcomes), provisions=known(t.provisions))
        for t in plan.threads
    )
    return replace(
        plan,
        sections={k: replace(s, blocks=()) if k in dark else s for k, s in plan.sections.items()},
        items=items,
        advice=() if "K" in dark else plan.advice,
        threads=tuple(t for t in threads if t.needs or t.outcomes or t.provisions),
        leftovers=tuple(one for one in plan.leftovers if one.section not in dark),
    )


# ---------------------------------------------------------------- single statements


def wording_of(plan: Plan, context: Context) -> dict[str, Wording]:
    """What is said of the words of each outcome and provision; most have been judged already, for a rule that asked."""
    found = {}
    for item in plan.items:
        if item.kind in ("outcome", "provision") and not item.none_stated:
            said = context.judge(plan, item)
            parts = {name: slot.text for name, slot in said.slots.items() if slot}
            codes = dict.fromkeys(fault.code for fault in said.faults)
            found[item.id] = Wording(said.verdict, round(said.score, 2), parts, tuple(codes), said.sort)
    return found


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
    fitting = [rule for rule in rules if set(rule.file.where) & {kind, _HOME[kind]} and rule.single_statement]
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
