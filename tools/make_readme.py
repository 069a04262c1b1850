"""Fill the README's blocks with what the tool really prints: its help, and a report on a sample plan.

usage: python tools/make_readme.py [--check]
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
SAMPLE = "sample_plans/02-idris-reception.docx"
AS_OF = "2026-11-25"
LONGEST = 75
"""Lines of the report that are shown; the rest is told to be left out."""


def said(*words: str) -> str:
    """What a command prints, run in the project's folder at a width of 80."""
    done = subprocess.run(
        [sys.executable, "-m", "ehcaudit", *words],
        cwd=ROOT,
        capture_output=True,
        check=False,
        env={"PATH": "", "NO_COLOR": "1", "COLUMNS": "80", "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
    )
    if done.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(words)}: {done.stderr.decode()}")
    return done.stdout.decode().strip()


def page() -> str:
    """The README as it must be."""
    lines = said("check", SAMPLE, "--as-of", AS_OF).splitlines()
    shown = lines if len(lines) <= LONGEST else [*lines[:LONGEST], "  …"]
    blocks = {
        "help": "```text\n" + said("--help") + "\n```",
        "report": f"```console\n$ ehcaudit check {SAMPLE} --as-of {AS_OF}\n" + "\n".join(shown) + "\n```",
    }
    text = README.read_text(encoding="utf-8")
    for name, block in blocks.items():
        text, found = re.subn(
            rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", lambda m, b=block: f"{m[1]}{b}\n{m[2]}", text, flags=re.DOTALL
        )
        if found != 1:
            raise SystemExit(f"README.md has no place for {name}: <!-- {name} --> … <!-- /{name} -->")
    return text


def main() -> int:
    """Write the README, or with ``--check`` say whether it is in step."""
    text = page()
    if "--check" in sys.argv:
        if README.read_text(encoding="utf-8") != text:
            print("README.md is not in step with what the tool prints; run `make docs`", file=sys.stderr)
            return 1
        return 0
    README.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
