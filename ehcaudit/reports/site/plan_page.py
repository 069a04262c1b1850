"""One audited plan → its page, in one of the editions, small enough to mail."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from ehcaudit.model import Fault, Finding, PlanAudit, Run
from ehcaudit.reports.base import ReportOptions
from ehcaudit.reports.site.drawing import draw_thread, draw_timeline, thread_rows
from ehcaudit.reports.site.findings import ROOMS, Room, changes_of, sections_of
from ehcaudit.reports.site.kit import page, theme_name
from ehcaudit.reports.site.plainly import parent_words
from ehcaudit.reports.site.steps import FIVE, five_things, parent_parts
from ehcaudit.reports.telling import (
    ORDER,
    how_it_was_read,
    not_assessed,
    nothing_found,
    rule_title,
    severities,
    standing,
)
from ehcaudit.rules import THEMES
from ehcaudit.scoring import GRADES

MAILABLE: Final = 290_000
"""Bytes of a page. Mail gateways differ; the promise is 300 KB."""
HEALTH_SECTIONS: Final = ("C", "G")
HEALTH_ROLES: Final = frozenset(
    (
        "camhs",
        "doctor",
        "health",
        "nurse",
        "occupational-therapist",
        "paediatrician",
        "physiotherapist",
        "psychiatrist",
        "speech-and-language",
        "therapist",
    )
)
PRAISED = 12


def plan_page(
    run: Run, audited: PlanAudit, options: ReportOptions, *, home: str = "", before: str = "", after: str = ""
) -> bytes:
    """The page. ``home``, ``before`` and ``after`` are addresses of other pages, empty where the page stands alone.

    Where it would be too large to mail, fewer places of each fault and fewer words of each statement are shown, and
    the page says so.
    """
    template = {"parents": "plan_parents.html", "caseworker": "plan_caseworker.html", "board": "board.html"}.get(
        options.edition, "plan.html"
    )
    made = b""
    for room in ROOMS:
        values = _values(run, audited, options, room)
        made = page(template, home=home, before=before, after=after, room=room, **values)
        if len(made) <= MAILABLE:
            break
    return made


def _values(run: Run, audited: PlanAudit, options: ReportOptions, room: Room) -> dict[str, Any]:
    """What the templates are given; all that costs time only where the edition shows it."""
    values: dict[str, Any] = {
        "run": run,
        "edition": options.edition,
        "redacted": options.redact,
        "name": Path(audited.path).name,
        "standing": "" if options.redact else standing(audited.plan),
        "plan": audited.plan,
        "card": audited.scorecard,
        "counts": {s: severities(audited.findings)[s] for s in ("critical", "major", "minor", "advice")},
        "known_grades": list(GRADES),
        "capped": _capped(run, audited),
        "themes": _themes(audited, options),
        "nothing": nothing_found(run, audited),
    }
    if options.edition == "parents":
        return values | parent_parts(run, audited, room) | {"say": parent_words()}
    if options.edition == "caseworker":
        return values | {"chapters": changes_of(run, audited, room)}
    if options.edition == "board":
        return values | {"five": five_things(run, [audited]), "total": 1}
    return values | _everything(run, audited, options, room)


def _everything(run: Run, audited: PlanAudit, options: ReportOptions, room: Room) -> dict[str, Any]:
    health = options.edition == "dco"
    keep: Callable[[Finding], bool] = (lambda f: of_health(run, f)) if health else (lambda f: True)
    order = (*HEALTH_SECTIONS, *ORDER) if health else ORDER
    rows = thread_rows(audited.plan)
    praise, other_met = _praise(run, audited, first="health-and-care" if health else "")
    faults = sections_of(run, audited, room, order=order, keep=keep)
    anchors = {fault.rule: fault.anchor for section in reversed(faults) for fault in section.faults}
    steps = five_things(run, [audited], len(audited.results))
    asked = {finding.rule for finding in audited.findings if finding.query}
    return {
        "sections": [(f"{s}: {_section(s)}", p) for s, p in _sections(audited, order)],
        "praise": praise,
        "other_met": other_met,
        "faults": faults,
        "first": [(step, anchors[step.card.id]) for step in steps if step.card.id in anchors][:FIVE],
        "others": sections_of(run, audited, room, keep=lambda f: not keep(f)) if health else (),
        "questions": sections_of(run, audited, room, query=True, order=order),
        "bare_questions": [
            (rule_title(run, r.rule), r.reason) for r in audited.results if r.status == "query" and r.rule not in asked
        ],
        "rows": rows,
        "gaps": sum(len(row.gaps) for row in rows) + sum(len(c) for row in rows if not row.linked for c in row.columns),
        "picture": draw_thread(rows, room.rows),
        "line": draw_timeline(audited.plan, HEALTH_ROLES if health else (), room.rows),
        "unassessed": list(not_assessed(audited).items()),
        "rule_titles": lambda rules: [rule_title(run, rule) for rule in rules],
        "reading": how_it_was_read(audited.plan),
        "health_counts": {
            "need": sum(not item.none_stated for item in audited.plan.of("need", "C")),
            "provision": sum(not item.none_stated for item in audited.plan.of("provision", "G")),
        },
        "health_advice": sum(entry.role in HEALTH_ROLES for entry in audited.plan.advice),
    }


def of_health(run: Run, finding: Finding | Fault) -> bool:
    """In sections C and G, or a rule of the health and care theme that speaks of health."""
    card = run.cards.get(finding.rule)
    theme = card.theme if card else finding.rule.partition("/")[0]
    return finding.section in HEALTH_SECTIONS or (
        theme == "health-and-care" and finding.section not in ("D", "H", "H1", "H2")
    )


def _capped(run: Run, audited: PlanAudit) -> list[str]:
    rules = audited.scorecard.capped_by
    said = [finding.message for finding in audited.findings if finding.rule in rules and not finding.query]
    said = list(dict.fromkeys(said)) or [f"{rule_title(run, rule)}." for rule in rules]
    return said[:3] + ([f"And {len(said) - 3} more."] if len(said) > 3 else [])


def _themes(audited: PlanAudit, options: ReportOptions) -> list[tuple[str, Any]]:
    order = list(THEMES)
    if options.edition == "dco":
        order.insert(0, "health-and-care")
    names = parent_words()["themes"] if options.edition == "parents" else {}
    found = sorted(
        audited.scorecard.themes.items(), key=lambda p: (order.index(p[0]) if p[0] in order else len(order), p[0])
    )
    return [(names.get(theme) or theme_name(theme), part) for theme, part in found]


def _sections(audited: PlanAudit, order: tuple[str, ...]) -> list[tuple[str, Any]]:
    parts = audited.scorecard.sections
    return [(letter, parts[letter]) for letter in dict.fromkeys(order) if letter in parts]


def _section(letter: str) -> str:
    from ehcaudit.reports.base import section_names

    return section_names().get(letter, letter)


def _praise(run: Run, audited: PlanAudit, first: str) -> tuple[list[str], int]:
    """Sentences on what is good, those of the ``first`` theme and the weightiest first; how many more rules are met."""
    met = [(run.cards[r.rule], r) for r in audited.results if r.status == "met" and r.rule in run.cards]
    praised = sorted(
        ((card, r) for card, r in met if card.praise), key=lambda p: (p[0].theme != first, -p[0].weight, p[0].id)
    )
    shown = [
        card.praise.rstrip(".") + (f" ({r.met} of {r.items})" if r.items and r.items > 1 else "") + "."
        for card, r in praised[:PRAISED]
    ]
    return shown, len(met) - len(shown)
