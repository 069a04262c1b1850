"""Print how far `ehcaudit wording` agrees with experts' verdicts, beside two baselines computed in the same run.

usage: python tools/accuracy.py STATEMENTS.jsonl [--show]

STATEMENTS.jsonl holds one object a line with ``kind`` (outcome, provision, need, voice), ``text`` and ``label`` (strong or
weak). For outcomes and provisions: agreement on what was decided, balanced accuracy, Cohen's kappa, the confusion, the
share sent to a person (query), and the same for statements of six words and more. The baselines: the best word-count
cut-off (fitted on these very statements, so it flatters the baseline) and a list of vague words.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

VAGUE = re.compile(
    r"\b(access|opportunit\w+|regular\w*|appropriate|required|needed|possible|ongoing|improve\w*|develop\w*|progress|better|"
    r"support(ed)? (with|to|from)|range|variety|up to|equivalent|such as|etc|benefit|encourag\w+|input|interventions?|"
    r"available|suitable|sufficient|flexib\w+|consider\w*|advised|determined|confident|increase|reduce|begin|continue)\b",
    re.IGNORECASE,
)
Pairs = list[tuple[str, str]]


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


def report(name: str, rows: list[tuple[str, str, str]]) -> None:
    """Print the figures of one kind: rows are (truth, said, text)."""
    decided = [(truth, said) for truth, said, _ in rows if said != "query"]
    agree = sum(a == b for a, b in decided) / len(decided) if decided else float("nan")
    confusion = Counter((truth, said) for truth, said, _ in rows)
    lengths = [(truth, len(text.split())) for truth, _, text in rows]
    cut = max(balanced([(t, "strong" if n >= least else "weak") for t, n in lengths]) for least in range(1, 60))
    listed = balanced([(truth, "weak" if VAGUE.search(text) else "strong") for truth, _, text in rows])
    print(
        f"{name:<28} n={len(rows):<4} agreement={agree:.3f} balanced={balanced(decided):.3f} kappa={kappa(decided):.3f} "
        f"query={1 - len(decided) / len(rows):.3f} | balanced by length={cut:.3f} by word list={listed:.3f}"
    )
    print(
        f"{'':<28} "
        + ", ".join(
            f"{truth} called {said}: {confusion[truth, said]}"
            for truth in ("strong", "weak")
            for said in ("strong", "weak", "query")
        )
    )


def main() -> None:
    """Run over the file that is given."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("statements", nargs="?", type=Path)
    options.add_argument("--show", action="store_true", help="print the statements that are judged otherwise")
    chosen = options.parse_args()
    if chosen.statements is None:
        print("no file of statements was given (make accuracy BENCH=statements.jsonl), so nothing was measured")
        return
    items = [json.loads(line) for line in chosen.statements.read_text(encoding="utf-8").splitlines() if line.strip()]
    for kind in ("outcome", "provision", "need", "voice"):
        todo = [item for item in items if item["kind"] == kind]
        if not todo:
            continue
        rows = [
            (item["label"], said, item["text"])
            for item, said in zip(todo, verdicts(kind, [item["text"] for item in todo]), strict=True)
        ]
        report(kind, rows)
        long = [row for row in rows if len(row[2].split()) >= 6]
        if kind in ("outcome", "provision") and long:
            report(f"{kind}, six words and more", long)
        if chosen.show:
            for truth, said, text in rows:
                if truth != said:
                    print(f"    {truth} called {said}: {text}")


if __name__ == "__main__":
    main()
