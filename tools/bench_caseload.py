"""Print what a caseload costs: plans per second, memory of each process, and how little a rerun does.

usage: python tools/bench_caseload.py [--plans 2000] [--full] [--words 6000] [--cases DIR] [--seed 1]
       python tools/bench_caseload.py --signatures 100000

A caseload is built (all plans different, the layouts in turn), then whole commands are measured from outside, as a
person would run them: without a store for 1 and 2 workers; with a store the first time, again with nothing changed, on
the next day, a year on, and with one plan in a hundred changed. It prints a table for docs/performance.md; it asserts
nothing. ``--full`` is the county of issue 5: 19,194 plans. ``--signatures`` reads no plan: it takes so many made-up
traces of the size that those plans have into one caseload view, and prints its memory and time.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
import zlib
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ehcaudit.caseload import Trace

ROOT = Path(__file__).resolve().parent.parent
COUNTY = 19_194
DAY, NEXT, YEAR_ON = "2026-11-02", "2026-11-03", "2027-11-02"


@dataclass
class Measured:
    """One command, from outside."""

    seconds: float
    code: int
    peaks: dict[int, int] = field(default_factory=dict)
    """Process → most bytes resident, the command's own first."""

    @property
    def own(self) -> int:
        """The command's own process."""
        return next(iter(self.peaks.values()), 0)

    @property
    def worker(self) -> int:
        """The largest of its workers."""
        return max(list(self.peaks.values())[1:], default=0)


def measured(*arguments: str) -> Measured:
    """Run ``ehcaudit`` with these arguments and watch its processes."""
    command = [sys.executable, "-m", "ehcaudit", *arguments]
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment())
    peaks: dict[int, int] = {}
    while process.poll() is None:
        for pid in (process.pid, *children(process.pid)):
            if most := peak(pid):
                peaks[pid] = max(peaks.get(pid, 0), most)
        time.sleep(0.05)
    seconds = time.perf_counter() - started
    said = (process.stderr.read() if process.stderr else b"").decode("utf-8", "replace")
    if process.returncode not in (0, 1):
        sys.exit(f"{' '.join(command)} ended with {process.returncode}: {said[-400:]}")
    return Measured(seconds, process.returncode, peaks)


def environment() -> dict[str, str]:
    """This checkout before any installed package."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}


def children(pid: int) -> list[int]:
    """The processes that a process started, where the system tells."""
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
    except (OSError, ValueError):
        return []


def peak(pid: int) -> int:
    """The most bytes that a process had resident so far; 0 where that cannot be told."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    return 0


def build(folder: Path, plans: int, words: int, seed: int) -> None:
    """Build the plans with two processes; what is there already stays."""
    folder.mkdir(parents=True, exist_ok=True)
    if len(list(folder.glob("*/*.docx"))) >= plans:
        return
    half = plans // 2
    parts = ((half, "a", 2 * seed), (plans - half, "b", 2 * seed + 1))
    running = [
        subprocess.Popen(
            [
                *(sys.executable, str(ROOT / "sample_plans" / "build.py")),
                *("--many", str(count), "--to", str(folder / name)),
                *("--seed", str(own), "--words", str(words), "--faults"),
            ],
            stdout=subprocess.DEVNULL,
        )
        for count, name, own in parts
        if count
    ]
    for process in running:
        if process.wait():
            sys.exit("the caseload could not be built")
    for expected in folder.glob("*/*.expected.toml"):
        expected.unlink()


def main() -> None:
    """Build, measure, print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--plans", type=int, default=2000)
    options.add_argument("--full", action="store_true", help=f"{COUNTY} plans")
    options.add_argument("--words", type=int, default=6000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--cases", type=Path, help="build there and keep, instead of a temporary folder")
    options.add_argument("--signatures", type=int, metavar="PLANS", help="made-up traces into one caseload view")
    chosen = options.parse_args()
    if chosen.signatures:
        signatures(chosen.signatures)
        return
    plans = COUNTY if chosen.full else chosen.plans
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.cases or Path(temporary) / "cases"
        started = time.perf_counter()
        build(folder, plans, chosen.words, chosen.seed)
        print(f"built in {time.perf_counter() - started:.0f} s", file=sys.stderr)
        report(folder, Path(temporary), plans, chosen)


STATEMENTS, PARAGRAPHS = 88, 47
"""Outcomes and provisions, and other passages, of a built plan of 6,000 words (mean of 25)."""
POOL = 20_000
"""Statements that plans share."""


def maker() -> Callable[[int], Trace]:
    """A function that makes the trace of a plan: half of its passages stand in other plans too, two of its statements
    are another plan's with one word changed, and the rest is its own."""
    from ehcaudit.caseload import Trace
    from ehcaudit.caseload.trace import Passage, digest, near_keys

    chance = random.Random(1)
    words = ["".join(chance.choices("abcdefghilmnoprstu", k=chance.randint(3, 9))) for _ in range(3000)]
    pool = [" ".join(chance.choices(words, k=30)) for _ in range(POOL)]
    passages = [Passage("provision", "F", digest("F", text)) for text in pool]
    keys = [near_keys("provision", "F", text) for text in pool]
    rules = {f"theme/rule-{n}": {"section": ("F",)} for n in range(20)}

    def make(number: int) -> Trace:
        own = random.Random(number)
        found: list[tuple[Passage, str, list[int]]] = []
        for place in own.sample(range(POOL), (STATEMENTS + PARAGRAPHS) // 2):
            found.append((passages[place], pool[place], keys[place]))
        for _ in range(2):
            split = own.choice(pool).split()
            split[own.randrange(30)] = own.choice(words)
            text = " ".join(split)
            found.append((Passage("provision", "F", digest("F", text)), text, near_keys("provision", "F", text)))
        while len(found) < STATEMENTS + PARAGRAPHS:
            text = " ".join(own.choices(words, k=30))
            # Hashes of words that nobody has are as good as chance.
            near = [own.getrandbits(64), own.getrandbits(64)] if len(found) < STATEMENTS else []
            found.append((Passage("provision" if near else "text", "F", own.getrandbits(64)), text, near))
        found.sort(key=lambda one: one[0].kind)
        return Trace(
            f"county/plans/{number:06}-autumn.docx",
            child=(own.getrandbits(64),),
            name=own.randrange(1, 4000),
            full_name=own.getrandbits(64),
            version=("2026-11-02", 2, f"{own.getrandbits(256):064x}"),
            facts={"born": own.getrandbits(64), "school_year": 2020},
            family=own.randrange(40),
            values={"key stage": (str(own.randrange(1, 5)),), "status": ("final",), "writer": ("not stated",)},
            faults=dict(own.sample(list(rules.items()), 4)),
            passages=tuple(passage for passage, _, _ in found),
            words=zlib.compress("\n".join(text for _, text, _ in found).encode(), 0),
            sketch=array("H", own.randbytes(512)),
            near=array("Q", [key for _, _, near in found for key in near]),
        )

    return make


def signatures(plans: int) -> None:
    """Take made-up traces into a caseload view, and print what that costs."""
    sys.path.insert(0, str(ROOT))
    from ehcaudit.caseload import Caseload

    make = maker()
    before = peak(os.getpid())
    gathered = Caseload()
    making = time.process_time()
    for number in range(500):
        make(number)
    making = (time.process_time() - making) / 500
    started = time.process_time()
    for number in range(plans):
        gathered.add(make(number))
    taken = time.process_time() - started - making * plans
    held = peak(os.getpid())
    again = 0

    def once_more(number: int) -> Trace:
        nonlocal again
        again += 1
        return make(number)

    started = time.process_time()
    view = gathered.finish(once_more)
    finished = time.process_time() - started - making * again
    print(f"{plans:,} made-up traces of {STATEMENTS + PARAGRAPHS} passages; {platform.system()}, one process\n")
    print("| what | measured |\n|---|--:|")
    for what, figure in (
        ("memory before the first", f"{before / 1e6:.0f} MB"),
        ("peak when all are taken in", f"{held / 1e6:.0f} MB"),
        ("peak in all", f"{peak(os.getpid()) / 1e6:.0f} MB"),
        ("taking one in", f"{1000 * taken / plans:.2f} ms"),
        ("finishing, but for reading traces again", f"{finished:.0f} s"),
        ("traces read again", f"{again:,}"),
        ("repeated wordings", f"{len(view.repeated) + view.left_out:,}"),
    ):
        print(f"| {what} | {figure} |")


def report(folder: Path, temporary: Path, plans: int, chosen: argparse.Namespace) -> None:
    """Measure each command and print the table."""
    files = sorted(folder.glob("*/*.docx"))[:plans]
    size = sum(file.stat().st_size for file in files)
    listed = temporary / "all.txt"
    listed.write_text("".join(f"{file}\n" for file in files), encoding="utf-8")
    some = temporary / "some.txt"
    some.write_text("".join(f"{file}\n" for file in files[:200]), encoding="utf-8")
    store = str(temporary / "store.db")

    def run(*more: str, among: Path = listed, day: str = DAY) -> Measured:
        made = measured("check", "--files-from", str(among), "--as-of", day, "-q", "--exit-zero", *more)
        print(f"{made.seconds:8.1f} s  {' '.join(more)} {day}", file=sys.stderr)
        return made

    measured("check", str(files[0]), "-q", "--exit-zero")  # So that no compiling of modules is measured.
    few = run("--jobs", "2", among=some)
    one, two = run("--jobs", "1"), run("--jobs", "2")
    first = run("--jobs", "2", "--store", store)
    same = run("--jobs", "2", "--store", store)
    next_day = run("--jobs", "2", "--store", store, day=NEXT)
    year_on = run("--jobs", "2", "--store", store, day=YEAR_ON)
    again = run("--jobs", "2", "--store", store, day=YEAR_ON)
    changed = files[:: max(1, len(files) // max(1, len(files) // 100))][: max(1, len(files) // 100)]
    originals = {file: file.read_bytes() for file in changed}
    with tempfile.TemporaryDirectory() as others:
        build(Path(others), len(changed), chosen.words, chosen.seed + 1000)
        for file, other in zip(changed, sorted(Path(others).glob("*/*.docx")), strict=False):
            file.write_bytes(other.read_bytes())
    try:
        partly = run("--jobs", "2", "--store", store, day=YEAR_ON)
    finally:
        for file, content in originals.items():
            file.write_bytes(content)

    def mega(amount: int) -> str:
        return f"{amount / 1e6:.0f} MB" if amount else "not told by this system"

    rate = len(files) / two.seconds
    rows = [
        ("plans per second, 1 worker", f"{len(files) / one.seconds:.1f}", ""),
        ("plans per second, 2 workers", f"{rate:.1f}", ""),
        ("ratio of the two", f"{one.seconds / two.seconds:.2f}", "at least 1.8"),
        (
            f"{COUNTY:,} plans, 2 workers" + ("" if len(files) == COUNTY else " (projected)"),
            f"{COUNTY / rate / 60:.1f} min",
            "10 min",
        ),
        (f"peak memory, own process, {min(200, len(files))} plans", mega(few.own), "under 400 MB"),
        (f"peak memory, own process, {len(files):,} plans", mega(two.own), "under 400 MB, flat"),
        (f"peak memory, a worker, {len(files):,} plans", mega(two.worker), "under 400 MB, flat"),
        ("first run with a store", f"{first.seconds:.1f} s", ""),
        ("peak memory, own process, with a store", mega(first.own), "under 400 MB, flat"),
        (
            "rerun, nothing changed",
            f"{same.seconds:.1f} s, {first.seconds / same.seconds:.0f} times faster",
            "at least 50 times",
        ),
        (
            "rerun on the next day",
            f"{next_day.seconds:.1f} s, {first.seconds / next_day.seconds:.0f} times faster",
            "at least 50 times",
        ),
        ("rerun a year on (nearly all answers change)", f"{year_on.seconds:.1f} s", ""),
        ("rerun after that, nothing changed", f"{again.seconds:.1f} s", ""),
        (f"rerun, {len(changed)} of {len(files):,} plans changed", f"{partly.seconds:.1f} s", ""),
        ("size of the store", mega(Path(store).stat().st_size), ""),
    ]
    print(
        f"{len(files):,} plans of about {chosen.words:,} words, {size / len(files) / 1000:.0f} kB each; "
        f"{os.cpu_count()} processors, {platform.system()}, Python {platform.python_version()}\n"
    )
    print("| what | measured | goal |\n|---|--:|---|")
    for row in rows:
        print(f"| {' | '.join(row)} |")


if __name__ == "__main__":
    main()
