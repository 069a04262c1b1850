"""Print what an audit costs, beside a plain python-docx walk over the same files in the same run.

usage: python tools/bench.py [--words 10000] [--plans 6] [--layout NAME] [--rounds 5]

Process time (user + system) of this process for each file, the median of several rounds, the two taken in turn; then
whole commands from outside: start to report for one plan against ``python -c "import spacy"``, ``ehcaudit --help``,
and peak memory. It prints; it asserts nothing.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def process_time(work: Callable[[], object]) -> float:
    """Seconds of processor time that one call takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def wall_time(command: list[str], rounds: int) -> float:
    """Median seconds from start to end of a command, after one warm-up."""
    times = []
    for turn in range(rounds + 1):
        start = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        if turn:
            times.append(time.perf_counter() - start)
    return statistics.median(times)


def plain_walk(path: Path) -> int:
    """python-docx over all paragraphs and all cells, as its documentation shows it."""
    import docx

    document = docx.Document(str(path))
    words = sum(len(paragraph.text.split()) for paragraph in document.paragraphs)
    for table in document.tables:
        for row in table.rows:
            for cell in row.cells:
                words += sum(len(paragraph.text.split()) for paragraph in cell.paragraphs)
    return words


def peak_memory(command: list[str]) -> str:
    """Peak resident memory of a child process in MB, where the platform tells it."""
    if sys.platform == "win32":
        return "not measured on this platform"
    import resource

    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    unit = 1 if sys.platform == "darwin" else 1024
    return f"{resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit / 1e6:.0f} MB"


def main() -> None:
    """Build the plans, measure, print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--words", type=int, default=10_000)
    options.add_argument("--plans", type=int, default=4)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--layout", default="department")
    chosen = options.parse_args()

    from ehcaudit import engine, judging, readers, reports
    from ehcaudit.checks import CHECKS, Context
    from ehcaudit.plan import build
    from ehcaudit.rules import load_rules
    from ehcaudit.scoring import Scale, score

    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [
                sys.executable,
                str(ROOT / "sample_plans" / "build.py"),
                "--many",
                str(chosen.plans),
                "--seed",
                "5",
                "--words",
                str(chosen.words),
                "--layout",
                chosen.layout,
                "--to",
                folder,
            ],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        files = sorted(Path(folder).glob("*.docx"))
        rules = load_rules().choose()
        cards = {rule.id: rule.card for rule in rules}
        as_of = date(2026, 11, 1)
        stages: Counter[str] = Counter()
        dearest: Counter[str] = Counter()

        def staged(name: str, work: Callable[[], object]) -> object:
            start = time.process_time()
            value = work()
            stages[name] += time.process_time() - start  # type: ignore[assignment]
            return value

        def audit(path: Path) -> bytes:
            run = engine.audit([path], rules=rules, as_of=as_of)
            return reports.render(run, "json")

        def audit_in_stages(path: Path) -> None:
            document = staged("read", lambda: readers.read(path))
            plan = staged("place", lambda: build(document))  # type: ignore[arg-type]
            context = Context(as_of)
            results = []
            for rule in rules:
                start = time.process_time()
                answer = CHECKS[rule.file.check["type"]].function(plan, rule.options, rule.file.where, context)
                results.append(judging.result_of(rule, answer, plan))
                spent = time.process_time() - start
                dearest[rule.id] += spent  # type: ignore[assignment]
                stages["judge"] += spent  # type: ignore[assignment]
            staged("score", lambda: score(results, cards, Scale()))

        print(
            f"{len(files)} plans, layout {chosen.layout}, about {chosen.words} words each "
            f"({plain_walk(files[0])} in the first "
            f"by python-docx's count), median of {chosen.rounds} rounds"
        )
        audit(files[0])
        ours, theirs = [], []
        for _ in range(chosen.rounds):
            ours.append(sum(process_time(lambda f=file: audit(f)) for file in files) / len(files))  # type: ignore[misc]
            theirs.append(sum(process_time(lambda f=file: plain_walk(f)) for file in files) / len(files))  # type: ignore[misc]
            for file in files:
                audit_in_stages(file)
        whole, walk = statistics.median(ours), statistics.median(theirs)
        print(f"full audit with JSON   {1000 * whole:8.1f} ms of processor time a plan")
        print(f"plain python-docx walk {1000 * walk:8.1f} ms")
        print(f"ratio                  {whole / walk:8.2f}    (goal: at most 1.0)")
        everything = sum(stages.values()) or 1
        print(
            "share of each stage: "
            + ", ".join(f"{name} {100 * spent / everything:.0f} %" for name, spent in stages.most_common())
        )
        print("the ten dearest rules (a shared judgement is paid by the first that asks):")
        for rule, spent in dearest.most_common(10):
            print(f"  {100 * spent / everything:5.1f} %  {rule}")

        me = [sys.executable, "-m", "ehcaudit"]
        start = wall_time([*me, "check", str(files[0])], chosen.rounds)
        spacy = wall_time([sys.executable, "-c", "import spacy"], chosen.rounds)
        print(
            f"start to report, one plan {start:5.2f} s; import spacy {spacy:5.2f} s; "
            f"ratio {start / spacy:.2f} (goal: 1.5)"
        )
        print(f"ehcaudit --help           {wall_time([*me, '--help'], chosen.rounds):5.2f} s (goal: under 0.3 s)")
        print(f"peak memory, one plan     {peak_memory([*me, 'check', str(files[0])])}")


if __name__ == "__main__":
    main()
