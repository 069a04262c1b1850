"""The wheel, away from the repository: it brings its rules and words, and checks a plan."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "sample_plans" / "01-mabel-nursery.docx"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the built wheel's content and nothing else."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder / "dist"), str(ROOT)],
        check=True,
        capture_output=True,
    )
    (wheel,) = (folder / "dist").glob("*.whl")
    home = folder / "home"
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--no-index",
            "--target",
            str(home),
            str(wheel),
        ],
        check=True,
        capture_output=True,
    )
    return home


def run(home: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ehcaudit", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PYTHONPATH": str(home), "PYTHONUTF8": "1"},
    )


def test_the_wheel_is_what_runs_and_it_brings_every_rule_and_word(installed: Path, tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-c", "import ehcaudit; print(ehcaudit.__file__)"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(installed)},
    )
    assert Path(told.stdout.strip()).is_relative_to(installed)
    packed = {str(path.relative_to(installed / "ehcaudit" / "rule_files")) for path in (installed).rglob("*.toml")
              if "rule_files" in path.parts}  # fmt: skip
    assert packed == {str(path.relative_to(ROOT / "rules")) for path in (ROOT / "rules").rglob("*.toml")}
    words = {path.name for path in (ROOT / "ehcaudit" / "data").iterdir() if path.is_file()}
    assert words <= {path.name for path in (installed / "ehcaudit" / "data").iterdir()}


def test_the_wheel_checks_a_plan_lists_and_explains_rules(installed: Path, tmp_path: Path) -> None:
    shutil.copy(SAMPLE, tmp_path / "plan.docx")
    check = run(installed, tmp_path, "check", "plan.docx", "--as-of", "2026-11-25")
    assert check.returncode in (0, 1)
    assert "EHC plan audit: plan.docx" in check.stdout
    listed = run(installed, tmp_path, "rules")
    assert listed.returncode == 0
    assert "not-time-bound" in listed.stdout
    explained = run(installed, tmp_path, "explain", "outcomes/not-time-bound")
    assert explained.returncode == 0
    assert "Why" in explained.stdout
