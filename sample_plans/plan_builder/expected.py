"""What an audit of a built plan must yield: sections, items, threads, findings. Written as TOML beside the plan."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from plan_builder.content import Content, Planted
from plan_builder.layouts import LETTERS, thread_rows
from plan_builder.paper import Paper
from plan_builder.style import Page, styles, told

WORDS = 9
"""How many words of an item stand for it in a thread."""


@dataclass(frozen=True)
class Expected:
    """What the audit of one file must yield."""

    layout: str
    sections: tuple[str, ...]
    labelled: bool
    items: dict[str, int]
    threads: tuple[dict[str, tuple[str, ...]], ...]
    findings: tuple[Planted, ...]
    never: tuple[str, ...]
    allowed: tuple[str, ...]
    clean: bool


def expected_of(plan: Content, layout: str = "") -> Expected:
    """What the content must yield in a layout (its own where none is given)."""
    style = styles()[layout or plan.layout]
    here = [letter for letter in LETTERS if letter not in plan.leave_out]
    items = {letter: len([n for n in plan.needs if n.section == letter]) for letter in ("B", "C", "D")}
    items["E"] = len(plan.outcomes)
    items |= {letter: len([x for x in plan.provisions if x.section == letter]) for letter in ("F", "G", "H1", "H2")}
    items["K"] = len(plan.advice)
    threads = []
    for needs, outcomes, provisions in thread_rows(Page(plan, style, Paper())):
        row = {
            "needs": tuple(_start(told(n)) for n in needs),
            "outcomes": tuple(_start(told(o)) for o in outcomes),
            "provisions": tuple(_start(told(x)) for x in provisions),
        }
        if sum(bool(value) for value in row.values()) > 1:
            threads.append(row)
    found = list(plan.expect.findings)
    if style.unlettered and not any(f.rule == "structure/section-not-labelled" for f in found):
        found.append(Planted(rule="structure/section-not-labelled"))
    return Expected(
        style.key,
        tuple(here),
        not style.unlettered,
        {letter: count for letter, count in items.items() if letter in here},
        tuple(threads),
        tuple(found),
        plan.expect.never,
        plan.expect.allowed,
        plan.expect.clean,
    )


def _start(text: str) -> str:
    return " ".join(text.split()[:WORDS])


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _list(values: Iterable[str]) -> str:
    return f"[{', '.join(_quoted(value) for value in values)}]"


def as_toml(expected: Expected, name: str) -> str:
    """The expectation as the text of ``NAME.expected.toml``."""
    out: Sequence[str] = [
        f"# What an audit of {name}.docx must yield. Written by build.py from content/{name}.toml.",
        f"layout = {_quoted(expected.layout)}",
        f"sections = {_list(expected.sections)}",
        f"labelled = {str(expected.labelled).lower()}",
        f"clean = {str(expected.clean).lower()}",
        f"never = {_list(expected.never)}",
        f"allowed = {_list(expected.allowed)}",
        "",
        "[items]  # how many single needs, outcomes, provisions and entries of advice each section holds",
        *(f"{letter} = {count}" for letter, count in expected.items.items()),
    ]
    lines = list(out)
    for thread in expected.threads:
        lines += ["", "[[threads]]  # one row of a table, by the first words of each item"]
        lines += [f"{key} = {_list(values)}" for key, values in thread.items()]
    for planted in expected.findings:
        lines += ["", "[[findings]]", f"rule = {_quoted(planted.rule)}", f"quote = {_quoted(planted.quote)}"]
        if planted.also:
            lines.append(f"also = {_list(planted.also)}")
        if planted.known_gap:
            lines.append(f"known_gap = {_quoted(planted.known_gap)}")
    return "\n".join(lines) + "\n"
