"""Recall and false alarms of every rule over built plans: faults planted one kind after the other, and clean plans.

A planted fault counts as found where a finding of its rule (a query too) quotes words in common with the planted ones,
or where the fault is something missing and the rule speaks at all. A false alarm is any finding on a clean plan, and on
a plan with faulty statements any that is not about the words of a planted one.

usage, in sample_plans: python -m plan_builder.measure [--clean N] [--faulty N] [--seed N] [--kept] [--show N]
"""

from __future__ import annotations

import argparse
import random
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from ehcaudit import engine
from ehcaudit.model import Finding
from ehcaudit.rules import load_rules
from plan_builder.content import Planted
from plan_builder.faults import faults_for, statements
from plan_builder.generate import generate
from plan_builder.layouts import render
from plan_builder.style import styles

AS_OF = date(2026, 11, 1)
ASKED = frozenset({"structure/section-not-labelled", "structure/deleted-text-left"})
"""What the layouts themselves bring: titles without letters, tracked deletions."""


@dataclass
class Measured:
    """What came of the built plans."""

    clean: int = 0
    faulty: int = 0
    planted: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    missed: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    alarms: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    """Queries on clean plans: a person must decide. Counted apart from alarms."""
    alarm_words: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    strays: Counter[str] = field(default_factory=Counter)
    """Findings about other words than the planted ones, on plans in which nothing but statements is at fault."""
    stray_plans: int = 0
    again: Counter[str] = field(default_factory=Counter)
    """Findings of another rule about a planted fault's own words."""
    unread: list[str] = field(default_factory=list)

    def precision(self, rule: str) -> float:
        """Of the findings of a rule, the share that is about a planted fault; 1.0 where there are none."""
        right = self.found[rule]
        return right / wrong if (wrong := right + self.alarms[rule] + self.strays[rule]) else 1.0


def fold(text: str) -> str:
    """Words alone, in small letters."""
    return re.sub(r"[\W_]+", " ", text).strip().casefold()


def meets(planted: Planted, findings: Iterable[Finding]) -> bool:
    """Whether a finding is the planted fault's."""
    wanted = fold(planted.quote)
    for finding in findings:
        if finding.rule not in (planted.rule, *planted.also):
            continue
        if not wanted:
            return True
        for evidence in finding.evidence:
            quote = fold(evidence.quote)
            masked = planted.rule.startswith("identity/") and quote.replace(" ", "")[:2] in wanted.replace(" ", "")
            if quote and (masked or _overlap(quote, wanted)):
                return True
    return False


def _overlap(quote: str, wanted: str) -> bool:
    """Whether one holds the other, or they share a run of words at an end of each ("will be agreed", "agreed by")."""
    if f" {quote} " in f" {wanted} " or f" {wanted} " in f" {quote} ":
        return True
    one, two = quote.split(), wanted.split()
    runs = range(1, min(len(one), len(two)))
    return any(one[-n:] == two[:n] or two[-n:] == one[:n] for n in runs if len("".join(one[-n:])) > 3)


def measure(
    *, clean: int = 100, faulty: int = 200, words: int = 3000, seed: int = 20_000, kept: bool = False
) -> Measured:
    """Build, audit and compare. Faults are planted in turn, three to a plan, so that each comes equally often.

    Recall is of all rules, false alarms are those of the rules that are on by default. ``kept``: plans are worded in
    the shapes that no rule was mended on.
    """
    out = Measured()
    rules = load_rules().choose(persona="pedantic")
    usual = {rule.id for rule in load_rules().choose()}
    known = {rule.id for rule in rules}
    kinds = [rule for rule in faults_for() if rule in known]
    random.Random(0).shuffle(kinds)  # Neighbours in the alphabet spoil each other's faults.
    kinds.sort(key=lambda rule: rule not in statements())  # So that many plans have nothing but faulty statements.
    layouts = sorted(styles())
    with tempfile.TemporaryDirectory() as folder:
        for n in range(clean + faulty):
            layout = layouts[n % len(layouts)]
            faults = () if n < clean else [kinds[(3 * (n - clean) + k) % len(kinds)] for k in range(3)]
            plan, _ = generate(seed + n, layout=layout, words=words, faults=faults, kept=kept)
            path = Path(folder) / f"{n:05d}-{layout}.docx"
            path.write_bytes(render(plan))
            run = engine.audit([path], rules=rules, as_of=AS_OF)
            path.unlink()
            if not run.plans:
                out.unread.append(f"seed {seed + n}, {layout}: {run.failures[0].message}")
                continue
            findings = run.plans[0].findings
            if n < clean:
                out.clean += 1
                _alarms(out, [f for f in findings if f.rule in usual], f"seed {seed + n}, {layout}")
                continue
            out.faulty += 1
            _beside(out, plan.expect.findings, [f for f in findings if f.rule in usual], f"seed {seed + n}, {layout}")
            for planted in plan.expect.findings:
                out.planted[planted.rule] += 1
                if meets(planted, findings):
                    out.found[planted.rule] += 1
                else:
                    out.missed[planted.rule].append(
                        f"seed {seed + n}, {layout}, {','.join(faults)}: {planted.quote or 'something missing'}"
                    )
    return out


def _alarms(out: Measured, findings: Iterable[Finding], where: str) -> None:
    for finding in findings:
        if finding.rule in ASKED:
            continue
        (out.asked if finding.query else out.alarms)[finding.rule] += 1
        words = "; ".join(evidence.quote for evidence in finding.evidence) or finding.message
        out.alarm_words[finding.rule].append(f"{where}: {words[:160]}")


def _beside(out: Measured, planted: Sequence[Planted], findings: Iterable[Finding], where: str) -> None:
    """Count what is said besides the planted faults: again about their words, or about others."""
    alone = all(one.rule in statements() for one in planted)
    out.stray_plans += alone
    for finding in findings:
        if finding.rule in ASKED or any(finding.rule in (one.rule, *one.also) for one in planted):
            continue
        about = next((one for one in planted if one.quote and meets(replace_rule(one, finding.rule), [finding])), None)
        if about:
            out.again[finding.rule] += 1
        elif alone and not finding.query:
            out.strays[finding.rule] += 1
            words = "; ".join(evidence.quote for evidence in finding.evidence) or finding.message
            out.alarm_words[finding.rule].append(f"{where}, beside {[p.rule for p in planted]}: {words[:160]}")


def replace_rule(planted: Planted, rule: str) -> Planted:
    """The same fault under the name of another rule."""
    return planted.model_copy(update={"rule": rule, "also": ()})


def lines(measured: Measured, *, show: int = 0) -> list[str]:
    """The figures as a table, a rule a line, worst first; with ``show`` so many examples of each miss and alarm."""
    m = measured
    rules = sorted(
        {*m.planted, *m.alarms, *m.asked, *m.strays},
        key=lambda r: (m.found[r] / m.planted[r] if m.planted[r] else 1.0, -m.alarms[r] - m.strays[r], r),
    )
    planted, found, alarms = m.planted.total(), m.found.total(), m.alarms.total()
    out = [
        f"{m.clean} clean plans: {alarms} false alarms, {alarms / max(m.clean, 1):.2f} a plan, "
        f"and {m.asked.total() / max(m.clean, 1):.2f} queries a plan",
        f"{m.faulty} plans with {planted} planted faults: {found} found, recall {found / max(planted, 1):.3f}",
        f"{m.stray_plans} of them with faulty statements alone: {m.strays.total()} false alarms about other words; "
        f"{m.again.total()} planted faults were named by another rule as well",
        f"{'rule':<52} {'planted':>7} {'found':>6} {'recall':>7} {'alarms':>7} {'queries':>8} {'precision':>9}",
    ]
    for rule in rules:
        recall = f"{m.found[rule] / m.planted[rule]:.2f}" if m.planted[rule] else "–"
        out.append(
            f"{rule:<52} {m.planted[rule]:>7} {m.found[rule]:>6} {recall:>7} {m.alarms[rule] + m.strays[rule]:>7} "
            f"{m.asked[rule]:>8} {m.precision(rule):>9.2f}"
        )
        out += [f"    missed: {words}" for words in m.missed.get(rule, ())[:show]]
        out += [f"    alarm: {words}" for words in m.alarm_words.get(rule, ())[:show]]
    return out + [f"not read: {words}" for words in m.unread]


def main() -> None:
    """Measure and print the table."""
    options = argparse.ArgumentParser(description="Recall and false alarms of every rule over built plans.")
    for name, value, words in (
        ("clean", 100, "sound plans"),
        ("faulty", 200, "plans with three planted faults each"),
        ("words", 3000, "words of a plan, about"),
        ("seed", 20_000, "seed of the first plan"),
        ("show", 0, "print so many examples of each miss and false alarm"),
    ):
        options.add_argument(f"--{name}", type=int, default=value, metavar="N", help=f"{words} (default {value})")
    options.add_argument("--kept", action="store_true", help="word the plans in the shapes that are kept back")
    chosen = options.parse_args()
    found = measure(clean=chosen.clean, faulty=chosen.faulty, words=chosen.words, seed=chosen.seed, kept=chosen.kept)
    print("\n".join(lines(found, show=chosen.show)))


if __name__ == "__main__":
    main()
