"""What is written down is in step with what is built: schemas, rule pages, and the commands in the README."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from ehcaudit.cli import app, main

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import make_rule_docs  # noqa: E402
import make_schema  # noqa: E402


def test_the_schemas_are_in_step_with_the_wire_models():
    for path, text in make_schema.pages().items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run `make docs`"


def test_the_rule_pages_are_in_step_with_the_rule_files():
    assert make_rule_docs.stale(make_rule_docs.pages()) == [], "run `make docs`"


def test_a_stale_rule_page_and_one_of_no_rule_are_noticed(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(make_rule_docs, "FOLDER", tmp_path)
    monkeypatch.setattr(sys, "argv", ["make_rule_docs.py"])
    (tmp_path / "gone.md").write_text("old", encoding="utf-8")
    assert make_rule_docs.main() == 0
    assert not (tmp_path / "gone.md").exists()
    monkeypatch.setattr(sys, "argv", ["make_rule_docs.py", "--check"])
    assert make_rule_docs.main() == 0
    (tmp_path / "README.md").write_text("old", encoding="utf-8")
    (tmp_path / "odd.md").write_text("odd", encoding="utf-8")
    assert make_rule_docs.main() == 1
    assert capsys.readouterr().err.splitlines() == [
        f"docs/rules/{name} is not in step with the rule files; run `make docs`" for name in ("README.md", "odd.md")
    ]


def test_a_stale_schema_is_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr(make_schema, "FOLDER", tmp_path / "schema")
    monkeypatch.setattr(sys, "argv", ["make_schema.py", "--check"])
    assert make_schema.main() == 1
    monkeypatch.setattr(sys, "argv", ["make_schema.py"])
    assert make_schema.main() == 0
    monkeypatch.setattr(sys, "argv", ["make_schema.py", "--check"])
    assert make_schema.main() == 0


def test_the_help_in_the_readme_is_the_help(capsys):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = re.search(r"<!-- help -->\n```[a-z]*\n(.*?)```\n<!-- /help -->", readme, re.DOTALL)
    assert block, "README.md holds the help between <!-- help --> and <!-- /help -->"
    assert main(["--help"]) == 0
    assert block[1].strip() == capsys.readouterr().out.strip()


def commands() -> list[str]:
    return [command.name or command.callback.__name__ for command in app.registered_commands]


@pytest.mark.parametrize("command", commands())
def test_every_command_stands_in_the_readme(command):
    assert f"ehcaudit {command}" in (ROOT / "README.md").read_text(encoding="utf-8")
