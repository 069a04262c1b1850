"""Every command and file on docs/scheduling.md is run, or read by what it is for."""

from __future__ import annotations

import configparser
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import srsly

from ehcaudit.cli import main
from ehcaudit.judging import stock_plan
from ehcaudit.rules import load_rules
from ehcaudit.settings import Settings

PAGE = (Path(__file__).parent.parent / "docs" / "scheduling.md").read_text(encoding="utf-8")
STOCK = "".join([stock_plan()[0], *(f"{head}{body}" for _, head, body in stock_plan()[1])])


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / "a.md").write_text(STOCK, encoding="utf-8")
    (tmp_path / "plans" / "b.md").write_text(
        STOCK.replace("\n### Arrangements", "\n7. To be happier at school.\n\n### Arrangements"), encoding="utf-8"
    )
    (tmp_path / "reports").mkdir()
    (tmp_path / "ehcaudit.toml").write_text(blocks("toml")[0], encoding="utf-8")
    return tmp_path


def commands(text: str) -> list[list[str]]:
    joined = re.sub(r"\\\n\s*", "", text)
    lines = [line.strip() for line in joined.splitlines() if line.strip().startswith("ehcaudit ")]
    return [shlex.split(re.sub(r"\s*2?>>?\s*\S+", "", line).replace("\\", "/"))[1:] for line in lines]


def test_every_command_of_a_shell_runs_in_the_order_of_the_page(home, capfd) -> None:
    for text in blocks("sh"):
        for command in commands(text):
            assert main(command) in (0, 1), (command, capfd.readouterr().err)
            if command[0] == "check" and "--store" in command:
                assert main(command) in (0, 1)


@pytest.mark.parametrize("language", ["bash", "bat", "yaml"])
def test_every_command_in_a_file_runs_and_leaves_its_reports(home, language, capfd) -> None:
    main(["check", "plans", "--write-baseline", "baseline.json", "-q"])
    main(["check", "plans", "--store", "audit.db", "-q"])
    ran = [command for text in blocks(language) for command in commands(text)]
    assert ran
    for command in ran:
        capfd.readouterr()
        assert main(command) in (0, 1), (command, capfd.readouterr().err)
        for report in re.findall(r"\w+=(reports/\S+)", " ".join(command)):
            assert (home / report).stat().st_size > 0


@pytest.mark.skipif(sys.platform == "win32" or not shutil.which("bash"), reason="needs bash")
def test_the_script_for_cron_runs_and_gives_the_code_of_the_audit(home, tmp_path_factory) -> None:
    (script,) = blocks("bash")
    folder = tmp_path_factory.mktemp("bin")
    (folder / "ehcaudit").write_text(f'#!/bin/bash\nexec "{sys.executable}" -m ehcaudit "$@"\n', encoding="utf-8")
    (folder / "nightly-audit").write_text(script, encoding="utf-8")
    for name in ("ehcaudit", "nightly-audit"):
        (folder / name).chmod(0o755)
    env = {"PATH": f"{folder}:/usr/bin:/bin", "AUDIT_HOME": str(home), "PYTHONPATH": str(Path(__file__).parent.parent)}
    for _ in range(2):
        ran = subprocess.run([str(folder / "nightly-audit")], env=env, capture_output=True, text=True, check=False)
        assert (ran.returncode, ran.stdout, ran.stderr) == (1, "", "")
    assert "findings:" in (home / "reports" / "summary.txt").read_text(encoding="utf-8")
    assert "From run 1 to run 2" in (home / "reports" / "changes.txt").read_text(encoding="utf-8")


def test_the_settings_are_settings(home) -> None:
    settings = Settings.load(home / "ehcaudit.toml", preset="panel")
    options = settings.engine_options(settings.rule_set())
    assert [share.at_least for share in options["gate"].shares] == [95, 80]
    assert options["gate"].min_score == 40
    assert len(options["waivers"]) == 1
    assert tomllib.loads(blocks("toml")[0])["waivers"][0]["rule"] in {rule.id for rule in load_rules().rules}


def test_the_timetables_are_timetables() -> None:
    (table,) = blocks("crontab")
    line = table.splitlines()[-1]
    assert re.match(r"(?:[\d*/,-]+\s+){5}/", line)
    units = []
    for text in blocks("ini"):
        unit = configparser.ConfigParser(strict=False, interpolation=None)
        unit.optionxform = str  # type: ignore[assignment,method-assign]
        unit.read_string(text)
        units.append(unit)
    service, timer = units
    assert service["Service"]["ExecStart"] == "/usr/local/bin/nightly-audit"
    assert service["Service"]["SuccessExitStatus"] == "1"
    assert timer["Timer"]["OnCalendar"] == "Mon..Fri 01:30"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd")
def test_systemd_takes_the_units(tmp_path) -> None:
    for text, name in zip(blocks("ini"), ("ehcaudit.service", "ehcaudit.timer"), strict=True):
        words = text.replace("/usr/local/bin/nightly-audit", "/bin/true").replace("User=ehcaudit\n", "")
        (tmp_path / name).write_text(words, encoding="utf-8")
    files = [str(tmp_path / name) for name in ("ehcaudit.service", "ehcaudit.timer")]
    ran = subprocess.run(["systemd-analyze", "verify", *files], capture_output=True, text=True, check=False)
    assert "Unknown" not in ran.stderr, ran.stderr


def test_the_pipelines_are_yaml_with_the_keys_that_their_hosts_want() -> None:
    actions, azure, hooks = (srsly.yaml_loads(text) for text in blocks("yaml"))
    steps = actions["jobs"]["audit"]["steps"]
    assert [step.get("name", step.get("uses")) for step in steps] == [
        "actions/checkout@v4",
        "Audit",
        "Summary",
        "Code scanning",
    ]
    assert steps[3]["with"]["sarif_file"] in steps[1]["run"]
    assert all(step["if"] == "always()" for step in steps[2:])
    published = azure["steps"][1]["inputs"]
    assert published["testResultsFiles"] in azure["steps"][0]["script"]
    assert published["testResultsFormat"] == "JUnit"
    (hook,) = hooks["repos"][0]["hooks"]
    assert re.compile(hook["files"]).search("plans/a.docx")


def test_what_pre_commit_would_run_takes_the_names_of_files(home, capfd) -> None:
    (hook,) = srsly.yaml_loads(blocks("yaml")[2])["repos"][0]["hooks"]
    argv = shlex.split(hook["entry"])[1:]
    assert main([*argv, "plans/a.md"]) == 0
    assert main([*argv, "plans/a.md", "plans/b.md"]) == 1
