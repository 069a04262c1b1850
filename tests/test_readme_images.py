"""The README's pictures are there, small, told in words, and made by the script."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import make_images  # noqa: E402

SHOWN = re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))


def test_the_readme_shows_each_picture_that_the_script_makes_and_no_other():
    assert sorted(path for _, path in SHOWN) == sorted(f"docs/images/{name}.png" for name in make_images.PICTURES)
    assert {path.stem for path in make_images.IMAGES.iterdir()} == set(make_images.PICTURES)


@pytest.mark.parametrize(("words", "path"), SHOWN, ids=[path for _, path in SHOWN])
def test_each_picture_is_small_and_says_in_words_what_it_shows(words, path):
    payload = (ROOT / path).read_bytes()
    assert payload.startswith(b"\x89PNG")
    assert len(payload) < make_images.LARGEST
    assert len(words.split()) >= 8


def test_a_picture_that_there_is_none_of_is_refused_by_name(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["make_images.py", "poster"])
    with pytest.raises(SystemExit, match="poster is not one of terminal, plan"):
        make_images.main()


def test_a_program_that_is_missing_is_named(monkeypatch):
    monkeypatch.setattr(make_images.shutil, "which", lambda name: None)
    with pytest.raises(SystemExit, match="soffice is needed for this picture"):
        make_images.program("soffice")
