"""Conversion by LibreOffice and recognition by OCRmyPDF; each test skips where its program is missing."""

from __future__ import annotations

import hashlib
import http.server
import os
import stat
import subprocess
import sys
import tempfile
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from ehcaudit.engine import audit
from ehcaudit.errors import Damaged, InputError, OldFormat, Scan, TooSlow, Unsupported
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


@needs_office
def test_a_converted_file_keeps_its_name_and_hash_and_says_that_it_was_converted(tmp_path: Path) -> None:
    path = rtf(tmp_path)
    document = read(path, convert=True)
    assert [block.text for block in document.blocks][1] == "Petra would like to go to college."
    assert document.path == str(path)
    assert document.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert [warning.kind for warning in document.warnings] == ["file-converted"]


@needs_office
def test_what_is_wrong_with_a_converted_file_is_said_of_the_file_itself(tmp_path: Path) -> None:
    path = rtf(tmp_path)
    with pytest.raises(InputError, match=r"max_blocks") as caught:
        read(path, convert=True, limits=replace(LIMITS, max_blocks=1))
    assert str(caught.value).startswith(f"{path}: ")
    assert "ehcaudit-" not in str(caught.value)


def test_a_kind_of_file_that_only_libreoffice_reads_says_so_and_how_to_save_it(tmp_path: Path) -> None:
    for name in ("plan.rtf", "plan.docx", "plan.doc"):
        with pytest.raises(OldFormat, match=r"is an RTF file; open it in Word and save it as \.docx"):
            read(rtf(tmp_path, name))


def test_a_web_page_is_never_converted_whatever_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ehcaudit.readers.converted", lambda *_: pytest.fail("LibreOffice was asked"))
    path = tmp_path / "plan.doc"
    path.write_bytes(b"<html><body><img src='http://192.0.2.1/x.png'>Section A</body></html>")
    with pytest.raises(InputError, match=r"a web page \(HTML\)"):
        read(path, convert=True)


@needs_office
def test_pictures_and_texts_that_a_file_links_to_are_not_fetched(tmp_path: Path) -> None:
    asked: list[str] = []

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        do_HEAD = do_OPTIONS = do_GET  # noqa: N815

    with http.server.HTTPServer(("127.0.0.1", 0), Listener) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            path = tmp_path / "plan.rtf"
            address = f"http://127.0.0.1:{server.server_port}/a"
            fields = "".join(
                rf'{{\field{{\*\fldinst {kind} "{address}"}}{{\fldrslt }}}}'
                for kind in ("INCLUDEPICTURE", "INCLUDETEXT")
            )
            path.write_text(RTF[:-1] + fields + "}", "ascii")
            assert len(read(path, convert=True).blocks) == 2
        finally:
            server.shutdown()
            thread.join()
    assert asked == []


@needs_office
def test_a_folder_takes_files_to_convert_only_when_asked_and_names_them_else(tmp_path: Path) -> None:
    rtf(tmp_path)
    run = audit([tmp_path])
    assert [line.partition(": ")[2] for line in run.skipped] == ["save it as .docx, or use --convert"]
    run = audit([tmp_path], convert=True, jobs=1)
    assert [failure.error for failure in run.failures] == ["not-a-plan"]  # It has been read, and holds section A alone.
    assert not run.skipped


@needs_office
def test_the_command_line_converts_where_it_is_asked_to(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ehcaudit", "text", str(rtf(tmp_path)), "--convert"], capture_output=True, check=False
    )
    assert done.stdout.decode().splitlines() == ["Section A: The views of Petra", "Petra would like to go to college."]
    assert b"LibreOffice converted the file" in done.stderr
    assert done.returncode == 0


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


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="limits of the kernel on Linux")
def test_a_program_is_held_to_the_memory_limit_and_not_to_that_of_the_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = tmp_path / "limits"
    program(
        tmp_path,
        "soffice",
        "import resource, time\ntime.sleep(0.5)\n"
        f"open({str(note)!r}, 'w').write(f'{{resource.getrlimit(resource.RLIMIT_DATA)[0]}} '\n"
        "    f'{resource.getrlimit(resource.RLIMIT_AS)[0]}')\n",
    )
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    run = audit([rtf(tmp_path)], convert=True, jobs=1, limits=replace(LIMITS, max_memory=300 << 20))
    assert [failure.error for failure in run.failures] == ["damaged"]
    data, space = map(int, note.read_text().split())
    assert data == 300 << 20
    assert space < 0 or space > 1 << 40


@pytest.mark.skipif(os.name != "posix", reason="a program is made of a script")
def test_the_time_of_a_program_is_not_that_of_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "soffice", "import time\ntime.sleep(3.5)\n")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    run = audit([rtf(tmp_path)], convert=True, jobs=1, limits=replace(LIMITS, max_seconds=0.5))
    assert [failure.error for failure in run.failures] == ["damaged"]


@pytest.mark.skipif(os.name != "posix", reason="a program is made of a script")
def test_a_program_over_its_own_time_is_one_failure_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "soffice", "import time\ntime.sleep(60)\n")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    run = audit([rtf(tmp_path)], convert=True, jobs=1, limits=replace(LIMITS, max_convert_seconds=0.5))
    assert [failure.error for failure in run.failures] == ["too-slow"]
    assert "limits.max_convert_seconds" in run.failures[0].message


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


SCANNED = ("Section A: the views of Petra", "Petra would like to go to college.")


def scan(folder: Path, *, words: tuple[str, ...] = SCANNED, before: str = "") -> Path:
    """A PDF of one picture with words in it, after a page with live words where there are any."""
    canvas_module = pytest.importorskip("reportlab.pdfgen.canvas")
    utils = pytest.importorskip("reportlab.lib.utils")
    image_module, draw_module = pytest.importorskip("PIL.Image"), pytest.importorskip("PIL.ImageDraw")
    font = pytest.importorskip("PIL.ImageFont").load_default(60)
    picture = image_module.new("RGB", (1654, 2339), "white")
    draw = draw_module.Draw(picture)
    for n, line in enumerate(words):
        draw.text((200, 300 + 200 * n), line, fill="black", font=font)
    path = folder / "scan.pdf"
    canvas = canvas_module.Canvas(str(path), pagesize=(595, 842))
    if before:
        canvas.drawString(72, 700, before)
        canvas.showPage()
    canvas.drawImage(utils.ImageReader(picture), 0, 0, 595, 842)
    canvas.save()
    return path


@needs_ocr
def test_a_scan_is_recognised_and_its_words_are_less_sure(tmp_path: Path) -> None:
    path = scan(tmp_path)
    with pytest.raises(Scan):
        read(path)
    document = read(path, ocr=True)
    assert [block.text for block in document.blocks] == list(SCANNED)
    assert all(0.5 < block.confidence < 0.8 for block in document.blocks)
    assert document.path == str(path)
    assert document.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert [warning.kind for warning in document.warnings] == ["text-recognised"]


@needs_ocr
def test_live_words_beside_a_scanned_page_stay_as_they_are(tmp_path: Path) -> None:
    document = read(scan(tmp_path, before="Education, Health and Care Plan"), ocr=True)
    assert [(block.text, block.page) for block in document.blocks] == [
        ("Education, Health and Care Plan", 1),
        *((line, 2) for line in SCANNED),
    ]
    assert [block.confidence == 1 for block in document.blocks] == [True, False, False]


@needs_ocr
def test_a_picture_without_words_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="OCR found no words"):
        read(scan(tmp_path, words=()), ocr=True)


@needs_ocr
def test_the_command_line_recognises_where_it_is_asked_to(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ehcaudit", "text", str(scan(tmp_path)), "--ocr"], capture_output=True, check=False
    )
    assert done.stdout.decode().splitlines() == list(SCANNED)
    assert b"recognised from a scan" in done.stderr


def test_a_pdf_with_words_is_never_handed_to_ocr(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    canvas_module = pytest.importorskip("reportlab.pdfgen.canvas")
    monkeypatch.setattr("ehcaudit.readers.recognised", lambda *_: pytest.fail("OCRmyPDF was asked"))
    canvas = canvas_module.Canvas(str(tmp_path / "plan.pdf"))
    canvas.drawString(72, 700, "Live words.")
    canvas.save()
    assert [block.text for block in read(tmp_path / "plan.pdf", ocr=True).blocks] == ["Live words."]
