"""The house stays as it is drawn: layers, the public names, and what may be imported when."""

from __future__ import annotations

import subprocess
import sys

import ehcaudit


def loaded_by(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


def test_the_public_names_are_these_and_each_exists():
    assert ehcaudit.__all__ == ["audit", "judge_wording", "load_rules", "read_plan", "render"]
    assert all(callable(getattr(ehcaudit, name)) for name in ehcaudit.__all__)


def test_a_name_that_is_not_public_is_an_attribute_error():
    assert not hasattr(ehcaudit, "nothing_of_the_kind")


def test_importing_ehcaudit_loads_nothing_heavy():
    heavy = {"spacy", "lxml", "pydantic", "typer", "rich", "docx", "numpy"}
    assert not loaded_by("import ehcaudit") & heavy


def test_the_command_line_itself_loads_no_reader_and_no_language():
    assert not loaded_by("import ehcaudit.cli") & {"spacy", "lxml", "docx", "numpy"}
