"""What all tests share: a scrubbed environment, so that a terminal's width or colours change nothing."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "COLUMNS",
        "LINES",
        "FORCE_COLOR",
        "CLICOLOR_FORCE",
        "TTY_COMPATIBLE",
        "EHCAUDIT_DEBUG",
        "PYTHONIOENCODING",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are read from now on."""
    from ehcaudit import auditing

    seen: list[str] = []
    whole = auditing.read_plan

    def noted(path: Path, **more: object):
        seen.append(Path(path).name)
        return whole(path, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(auditing, "read_plan", noted)
    return seen
