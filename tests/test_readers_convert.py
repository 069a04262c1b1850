"""Conversion by LibreOffice and recognition by OCRmyPDF; each test skips where its program is missing."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from ehcaudit.errors import Damaged, InputError, OldFormat, TooSlow, Unsupported
from ehcaudit.readers import Limits, read
from ehcaudit.readers.convert import can_convert, can_recognise, converted, recognised

needs_office = pytest.mark.skipif(not can_convert(), reason="LibreOffice (soffice) is not installed")
needs_ocr = pytest.mark.skipif(not can_recognise(), reason="OCRmyPDF and Tesseract are not installed")
RTF = r"{\rtf1\ansi{\b Section A: The views of Petra}\par Petra would like to go to college.\par}"
LIMITS = Limits()


@pytest.fixture(autouse=True)
def nothing_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """All temporary folders are made below one of ours, and are gone afterwards."""
    own = tmp_path / "temporary"
    own.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(own))
    yield
    assert list(own.iterdir()) == []


def rtf(folder: Path, name: str = "plan.rtf") -> Path:
    path = folder / name
    path.write_text(RTF, "ascii")
    return path


@needs_office
def test_an_rtf_file_is_read_by_way_of_libreoffice(tmp_path: Path) -> None:
    with converted(rtf(tmp_path), LIMITS) as made:
        assert [block.text for block in read(made).blocks] == [
            "Section A: The views of Petra",
            "Petra would like to go to college.",
        ]
    assert not made.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plan.rtf", "temporary"]


@needs_office
def test_a_name_with_a_leading_dash_or_a_newline_is_no_option(tmp_path: Path) -> None:
    for name in ("--help.rtf", "two\nlines.rtf"):
        with converted(rtf(tmp_path, name), LIMITS) as made:
            assert len(read(made).blocks) == 2


@needs_office
def test_what_libreoffice_cannot_read_is_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "plan.odt"
    path.write_bytes(b"PK\x03\x04" + bytes(range(256)) * 8)
    with pytest.raises(Damaged, match="LibreOffice cannot read it") as caught, converted(path, LIMITS):
        pass
    assert "\n" not in str(caught.value)


def program(folder: Path, name: str, body: str) -> None:
    path = folder / name
    path.write_text(f"#!{sys.executable}\n{body}", "utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.mark.skipif(os.name != "posix", reason="a program is made of a script")
def test_a_program_that_hangs_is_ended_with_its_children(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    note = tmp_path / "child"
    program(
        tmp_path,
        "soffice",
        "import os, subprocess, time\n"
        "child = subprocess.Popen(['sleep', '60'])\n"
        f"open({str(note)!r}, 'w').write(str(child.pid))\n"
        "time.sleep(60)\n",
    )
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(TooSlow, match="LibreOffice needs longer"), converted(rtf(tmp_path), LIMITS, seconds=1):
        pass
    child = Path("/proc") / note.read_text()
    assert not child.exists() or "Z (zombie)" in (child / "status").read_text()


def test_without_the_programs_one_line_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with (
        pytest.raises(OldFormat, match=r"open the file in Word and save it as \.docx"),
        converted(rtf(tmp_path), LIMITS),
    ):
        pass
    scan = rtf(tmp_path, "scan.pdf")
    with pytest.raises(Unsupported, match="OCRmyPDF and Tesseract are not installed"), recognised(scan, LIMITS):
        pass


def test_limits_hold_before_any_program_is_started(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"limits\.max_bytes"), converted(rtf(tmp_path), replace(LIMITS, max_bytes=10)):
        pass


@needs_ocr
def test_a_scan_is_recognised_and_its_words_are_less_sure(tmp_path: Path) -> None:
    canvas_module = pytest.importorskip("reportlab.pdfgen.canvas")
    utils = pytest.importorskip("reportlab.lib.utils")
    image_module, draw_module = pytest.importorskip("PIL.Image"), pytest.importorskip("PIL.ImageDraw")
    font = pytest.importorskip("PIL.ImageFont").load_default(60)
    picture = image_module.new("RGB", (1654, 2339), "white")
    draw = draw_module.Draw(picture)
    draw.text((200, 300), "Section A: the views of Petra", fill="black", font=font)
    draw.text((200, 500), "Petra would like to go to college.", fill="black", font=font)
    path = tmp_path / "scan.pdf"
    canvas = canvas_module.Canvas(str(path), pagesize=(595, 842))
    canvas.drawImage(utils.ImageReader(picture), 0, 0, 595, 842)
    canvas.save()
    with recognised(path, LIMITS) as made:
        document = read(made)
    assert "Petra would like to go to college." in " ".join(block.text for block in document.blocks)
    assert all(block.confidence < 0.8 for block in document.blocks)
