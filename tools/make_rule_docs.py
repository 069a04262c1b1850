"""Write ``docs/rules/`` from the rule files; with ``--check`` only say whether the pages are in step."""

from __future__ import annotations

import sys
from pathlib import Path

from ehcaudit.reports.rulebook import markdown_index, markdown_page
from ehcaudit.rules import load_rules

FOLDER = Path(__file__).parent.parent / "docs" / "rules"


def pages() -> dict[Path, str]:
    """Every page with its text."""
    rules = load_rules()
    return {
        FOLDER / "README.md": markdown_index(rules),
        **{FOLDER / f"{rule.id}.md": markdown_page(rule) for rule in rules.rules},
    }


def stale(wanted: dict[Path, str]) -> list[str]:
    """Pages that are missing, out of date, or of a rule that is no more."""
    there = set(FOLDER.rglob("*.md"))
    odd = [path for path, text in wanted.items() if path not in there or path.read_text(encoding="utf-8") != text]
    return sorted(path.relative_to(FOLDER).as_posix() for path in {*odd, *(there - set(wanted))})


def main() -> int:
    """1 where a page is not in step (with ``--check``), else 0."""
    wanted = pages()
    if "--check" in sys.argv[1:]:
        for name in stale(wanted):
            print(f"docs/rules/{name} is not in step with the rule files; run `make docs`", file=sys.stderr)
        return 1 if stale(wanted) else 0
    for path in set(FOLDER.rglob("*.md")) - set(wanted):
        path.unlink()
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
