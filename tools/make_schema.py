"""Write ``docs/schema/*.schema.json`` from the models in ``ehcaudit/reports``; ``--check``: are they in step?"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from ehcaudit.reports.caseload_wire import json_schema as caseload_schema
from ehcaudit.reports.wire import DOCUMENTS, json_schema

FOLDER = Path(__file__).parent.parent / "docs" / "schema"


def pages() -> dict[Path, str]:
    """Every schema file with its text."""
    schemas = {name: json_schema(name) for name in DOCUMENTS} | {"ehcaudit.caseload-1": caseload_schema()}
    return {
        FOLDER / f"{name}.schema.json": json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        for name, schema in schemas.items()
    }


def main() -> int:
    """1 where a file is not in step (with ``--check``), else 0."""
    stale = [path for path, text in pages().items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    if "--check" in sys.argv[1:]:
        for path in stale:
            print(f"{path.name} is not in step with ehcaudit/reports; run `make docs`", file=sys.stderr)
        return 1 if stale else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
