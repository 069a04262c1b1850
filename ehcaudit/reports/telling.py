"""What reports for people say alike: order, figures and sentences, without any lay-out."""

from __future__ import annotations

import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from ehcaudit.model import SECTION_LETTERS, SEVERITIES, Fault, Finding, Plan, PlanAudit, Run, Summary
from ehcaudit.reports.base import count, spoken, warning_words

Seen = TypeVar("Seen", PlanAudit, Summary)
ORDER = ("", *SECTION_LETTERS[:7], "H", *SECTION_LETTERS[7:])
"""Section letters in the order of a report; the plan as a whole comes first."""
AREAS = {
    "communication": "communication and interaction",
    "cognition": "cognition and learning",
    "semh": "social, emotional and mental health",
    "sensory": "sensory and physical",
    "independence": "independence",
    "health": "health",
    "care": "social care",
}
"""Key of an area of need → its words."""


_ROLES = {
    "camhs": "CAMHS",
    "senco": "SENCO",
    "speech-and-language": "Speech and language therapist",
    "health": "Health professional",
}


def role_name(role: str) -> str:
    """Who gave advice, from its key (``model.Advice.role``); empty for an empty key."""
    words = role.replace("-", " ")
    return _ROLES.get(role, f"{words[:1].upper()}{words[1:]}")


def worst_first(plans: Iterable[Seen]) -> list[Seen]:
    """No score first, then the lowest; of equal ones the one with the gravest findings; then by path."""
    return sorted(plans, key=lambda seen: rank(seen.scorecard.percent, severities(seen.findings), seen.path))


def rank(percent: float | None, counts: Mapping[str, int], path: str) -> tuple[float, list[int], str]:
    """What ``worst_first`` sorts by: score, how many faults of each severity, and path."""
    return (-1.0 if percent is None else round(percent, 1), [-counts[s] for s in SEVERITIES], path)


def severities(findings: Iterable[Finding] | Iterable[Fault]) -> Counter[str]:
    """How many faults there are of each severity; what a person must decide is not a fault."""
    return Counter(finding.severity for finding in findings if not finding.query)


def standing(plan: Plan) -> str:
    """Draft or final, and its dates, in one line."""
    facts = plan.facts
    words = {"draft": "Draft plan", "final": "Final plan", "amended": "Amended plan"}.get(
        facts.status, "Draft or final: the plan does not say"
    )
    parts = [words, f"dated {spoken(facts.plan_date)}" if facts.plan_date else "no date found"]
    if facts.review_date:
        parts.append(f"review {spoken(facts.review_date)}")
    return " · ".join(parts)


def figure(percent: float | None) -> str:
    """A score as it is printed, to one decimal."""
    return "–" if percent is None else f"{percent:.1f}"


def share(coverage: float) -> str:
    """A coverage as it is printed; what is not quite whole never reads as whole."""
    whole = round(100 * coverage)
    return f"{99 if whole == 100 and coverage < 1 - 1e-9 else whole}%"


def grouped(findings: Sequence[Finding]) -> list[tuple[str, list[tuple[str, list[Finding]]]]]:
    """By section in the order of the plan, in it by severity, and the same fault under one head."""
    sections: dict[str, dict[str, list[Finding]]] = {}
    for finding in findings:
        sections.setdefault(finding.section, {}).setdefault(finding.rule, []).append(finding)
    letters = sorted(sections, key=lambda s: (ORDER.index(s) if s in ORDER else len(ORDER), s))
    return [
        (letter, sorted(sections[letter].items(), key=lambda pair: (SEVERITIES.index(pair[1][0].severity), pair[0])))
        for letter in letters
    ]


def remark(finding: Finding) -> str:
    """The message with the quote, which is shown in its place, folded to "this"."""
    quote = " … ".join(part.quote for part in finding.evidence)
    message = finding.message
    if quote:
        start = re.escape(quote[:40])
        message = (
            message.replace(f"“{quote}”", "this")
            if f"“{quote}”" in message
            else re.sub(rf"“{start}[^”]*”", "this", message, count=1)
        )
    message = re.sub(r": this\.?$", ".", message)  # "It is not said when: this" says no more than its first half.
    return message[:1].upper() + message[1:]


def in_context(words: str, spans: Iterable[tuple[int, int]], *, room: int = 160) -> list[tuple[str, bool]]:
    """The sentence or line in which quoted words stand, in pieces: (words, whether they are quoted).

    At most about ``room`` characters are shown on either side of the quotes, cut at words, and the middle of a very
    long quote is left out; an ellipsis stands for what is not shown.
    """
    merged: list[list[int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    if not merged:
        return [(words if len(words) <= 2 * room else words[: 2 * room].rsplit(" ", 1)[0] + " …", False)]
    first, last = merged[0][0], merged[-1][1]
    begin = max((m.end() for m in re.finditer(r"[.!?;]\s+|\n", words[:first])), default=0)
    stop = re.compile(r"(?<=[.!?;])\s|\n").search(words, max(last - 1, 0))
    finish = stop.start() if stop else len(words)
    if first - begin > room:
        begin = words.rfind(" ", 0, first - room) + 1
    if finish - last > room:
        cut = words.find(" ", last + room)
        finish = cut if cut != -1 else finish
    shown = [("… ", False)] if begin > 0 else []
    at = begin
    for start, end in merged:
        quote = words[start:end]
        if len(quote) > 3 * room:
            quote = f"{quote[: 2 * room].rsplit(' ', 1)[0]} … {quote[-room // 2 :].split(' ', 1)[-1]}"
        shown += [(words[at:start], False), (quote, True)]
        at = end
    shown += [(words[at:finish], False), (" …" if finish < len(words) else "", False)]
    return [piece for piece in shown if piece[0]]


def block_text(plan: Plan, block_id: int) -> str:
    """The words of a block, which may stand in a header or footer."""
    blocks = plan.document.blocks
    return blocks[block_id].text if block_id < len(blocks) else plan.document.margins[block_id - len(blocks)].text


def rule_title(run: Run, rule: str) -> str:
    """A rule's title, else its id."""
    return run.cards[rule].title if rule in run.cards else rule


def nothing_found(run: Run, audited: PlanAudit) -> str:
    """What is said of a plan in which no finding is left; one that is suppressed is a fault all the same."""
    hidden = any(result.status == "not_met" and not result.findings for result in audited.results)
    return "Nothing but what is suppressed." if hidden and len(run.suppressed) else "Nothing that these rules look for."


def not_assessed(audited: PlanAudit) -> dict[str, list[str]]:
    """Reason → the rules that could not be assessed for it."""
    reasons: dict[str, list[str]] = defaultdict(list)
    for result in audited.results:
        if result.status == "not_assessed":
            reasons[result.reason or "No reason is given."].append(result.rule)
    return dict(reasons)


def how_it_was_read(plan: Plan) -> list[str]:
    """Sentences on what was not read, kept apart or could not be placed."""
    lines = [warning_words(warning) for warning in (*plan.document.warnings, *plan.warnings)]
    apart = Counter(kept.kind for kept in plan.document.apart)
    lines += [
        f"{count(number, f'stretch of {kind} text', f'stretches of {kind} text')} "
        f"{'was' if number == 1 else 'were'} kept apart and not audited."
        for kind, number in sorted(apart.items())
        if kind != "comment"
    ]
    stray = len(plan.unplaced) - len(plan.front)
    if stray > 0:
        lines.append(
            f"{count(stray, 'paragraph')} after the front page {'stands' if stray == 1 else 'stand'} in no section."
        )
    return lines


def fault_counts(audits: Iterable[PlanAudit] | Iterable[Summary]) -> tuple[Counter[str], Counter[str]]:
    """Rule → in how many plans, and in how many places, it found a fault."""
    plans: Counter[str] = Counter()
    places: Counter[str] = Counter()
    for audited in audits:
        faults = [finding.rule for finding in audited.findings if not finding.query]
        plans.update(set(faults))
        places.update(faults)
    return plans, places


def short_paths(paths: Sequence[str]) -> dict[str, str]:
    """Each path without the folders that all of them share."""
    if len(set(paths)) < 2:
        return {path: Path(path).name for path in paths}
    if os.name == "posix" and all(os.path.normpath(path) == path and ".." not in path for path in paths):
        here = os.getcwd()  # noqa: PTH109 - text, for there may be thousands
        whole = {path: os.path.join(here, path) for path in paths}  # noqa: PTH118
        shared = os.path.commonpath({os.path.dirname(path) for path in whole.values()})  # noqa: PTH120
        start = len(shared.rstrip("/")) + 1
        return {path: name[start:] for path, name in whole.items()}
    full = {path: Path(path).absolute() for path in paths}
    try:
        shared = os.path.commonpath([path.parent for path in full.values()])
    except ValueError:  # Two drives on Windows.
        return {path: path for path in paths}
    return {path: os.path.relpath(full[path], shared) for path in paths}


def with_path(path: str, message: str) -> str:
    """A failure's sentence, with the file's name where it does not say it."""
    return message if path in message else f"{path}: {message}"
