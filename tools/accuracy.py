"""Print how good the judging is: against experts' verdicts on single statements, and on plans with planted faults.

usage: python tools/accuracy.py [STATEMENTS.jsonl] [--show] [--plans N]

STATEMENTS.jsonl (``make accuracy BENCH=FILE``) holds one object a line with ``kind`` (outcome, provision, need, voice),
``text`` and ``label`` (strong or weak). For each kind: accuracy (of all, a query counting as wrong) and agreement (of
those decided), balanced accuracy, Cohen's kappa, the confusion, the share sent to a person (query), and the same for
outcomes and provisions of six words and more. Beside them, from the same run, two baselines: the best word-count
cut-off (fitted on these very statements, so it flatters the baseline) and a list of vague words. Without the file the
plan level is measured alone, and the output says so.

Plan level: N plans with three planted faults each and half as many clean ones, built by ``sample_plans/plan_builder``
from seeds that no rule's example was taken from: recall of each rule, and false alarms on clean plans.
"""

from __future__ import annotations

import argparse
import importlib
import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KINDS = ("outcome", "provision", "need", "voice")
VAGUE = re.compile(
    r"\b(access|opportunit\w+|regular\w*|appropriate|required|needed|possible|ongoing|improve\w*|develop\w*|progress|"
    r"support(ed)? (with|to|from)|range|variety|up to|equivalent|such as|etc|benefit|encourag\w+|input|interventions?|"
    r"available|suitable|sufficient|flexib\w+|consider\w*|advised|determined|confident|increase|reduce|begin|continue|"
    r"better)\b",
    re.IGNORECASE,
)
Pairs = list[tuple[str, str]]
Rows = list[tuple[str, str, str]]
"""(truth, said, text) of each statement."""


def kappa(pairs: Pairs) -> float:
    """Cohen's kappa of (truth, said)."""
    if not pairs:
        return float("nan")
    same = sum(a == b for a, b in pairs) / len(pairs)
    truth, said = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    chance = sum(truth[label] * said[label] for label in truth) / len(pairs) ** 2
    return (same - chance) / (1 - chance) if chance < 1 else float("nan")


def balanced(pairs: Pairs) -> float:
    """Mean of the shares got right in each class."""
    shares = [sum(b == a for a, b in pairs if a == label) / n for label, n in Counter(a for a, _ in pairs).items()]
    return sum(shares) / len(shares) if shares else float("nan")


def verdicts(kind: str, texts: list[str]) -> list[str]:
    """What the command says of each statement, in order."""
    lines = "\n".join(re.sub(r"\s+", " ", text) for text in texts) + "\n"
    run = subprocess.run(
        [sys.executable, "-m", "ehcaudit", "wording", "--kind", kind, "--format", "jsonl"],
        input=lines,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    said = [json.loads(line) for line in run.stdout.splitlines() if line.strip()]
    if len(said) != len(texts):
        sys.exit(f"{len(said)} answers for {len(texts)} statements: {run.stderr.strip()}")
    return [(one or {}).get("verdict", "query") for one in said]


def length_baseline(rows: Rows) -> Pairs:
    """(truth, said) of the best word-count cut-off on these rows."""
    lengths = [(truth, len(text.split())) for truth, _, text in rows]
    cuts = ([(t, "strong" if n >= least else "weak") for t, n in lengths] for least in range(1, 80))
    return max(cuts, key=balanced)


def list_baseline(rows: Rows) -> Pairs:
    """(truth, said) of the list of vague words."""
    return [(truth, "weak" if VAGUE.search(text) else "strong") for truth, _, text in rows]


def report(name: str, rows: Rows) -> None:
    """Print the figures of one kind of statement, with the baselines under them."""
    decided = [(truth, said) for truth, said, _ in rows if said != "query"]
    right = sum(a == b for a, b in decided)
    print(
        f"{name}: n {len(rows)}, accuracy {right / len(rows):.3f}, agreement {right / max(1, len(decided)):.3f}, "
        f"balanced {balanced(decided):.3f}, kappa {kappa(decided):.3f}, query {1 - len(decided) / len(rows):.3f}"
    )
    confusion = Counter((truth, said) for truth, said, _ in rows)
    for truth in ("strong", "weak"):
        print(f"    {truth:<6} called " + ", ".join(f"{s} {confusion[truth, s]}" for s in ("strong", "weak", "query")))
    for said, pairs in (("word count", length_baseline(rows)), ("vague words", list_baseline(rows))):
        same = sum(a == b for a, b in pairs) / len(pairs)
        print(f"    by {said:<11} agreement {same:.3f}, balanced {balanced(pairs):.3f}, kappa {kappa(pairs):.3f}")


def statements(path: Path, *, show: bool) -> None:
    """The wording level."""
    items = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    for kind in KINDS:
        todo = [item for item in items if item["kind"] == kind]
        if not todo:
            continue
        said = verdicts(kind, [item["text"] for item in todo])
        rows = [(item["label"], verdict, item["text"]) for item, verdict in zip(todo, said, strict=True)]
        report(kind, rows)
        long = [row for row in rows if len(row[2].split()) >= 6]
        if kind in ("outcome", "provision") and long:
            report(f"{kind}, six words and more", long)
        if show:
            for truth, verdict, text in rows:
                if truth != verdict:
                    print(f"    {truth} called {verdict}: {text}")


def plans(count: int, *, show: bool) -> None:
    """The plan level: recall and false alarms of each rule."""
    sys.path.insert(0, str(ROOT / "sample_plans"))
    try:
        measure = importlib.import_module("plan_builder.measure").measure
    except ImportError as error:
        sys.exit(f"the plan level needs sample_plans beside tools: {error}")
    result = measure(clean=count // 2, faulty=count)
    total, met = result.planted.total(), result.found.total()
    alarms = result.alarms.total()
    print(f"\nplans: {result.faulty} with planted faults, {result.clean} clean, {len(result.unread)} not read")
    print(f"recall {met / max(1, total):.3f} ({met} of {total} planted faults were found)")
    print(f"false alarms {alarms / max(1, result.clean):.2f} a clean plan ({alarms})")
    print(f"\n{'rule':<50} {'planted':>7} {'found':>6} {'recall':>7} {'alarms':>7} {'asked':>6}")
    for rule in sorted(result.planted.keys() | result.alarms.keys() | result.asked.keys()):
        planted, found = result.planted[rule], result.found[rule]
        recall = f"{found / planted:.2f}" if planted else "-"
        print(f"{rule:<50} {planted:>7} {found:>6} {recall:>7} {result.alarms[rule]:>7} {result.asked[rule]:>6}")
        if show:
            for words in (*result.missed.get(rule, ()), *(f"alarm: {w}" for w in result.alarm_words.get(rule, ()))):
                print(f"    {words}")


def main() -> None:
    """Run over the file that is given, then over built plans."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("statements", nargs="?", type=Path)
    options.add_argument("--show", action="store_true", help="print what is judged otherwise than it should be")
    options.add_argument("--plans", type=int, default=240, metavar="N", help="plans with faults (0: wording only)")
    chosen = options.parse_args()
    if chosen.statements is None:
        print("No file of statements with experts' verdicts was given (make accuracy BENCH=statements.jsonl): the")
        print("wording is not measured here, only the plan level.")
    else:
        statements(chosen.statements, show=chosen.show)
    if chosen.plans:
        plans(chosen.plans, show=chosen.show)


if __name__ == "__main__":
    main()
