"""Files that are broken, or made to do harm: each a name and the bytes, built here and nowhere kept."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator

from tests.builders import docx_of, p, r

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PLAN = "".join(
    p(r(line))
    for line in (
        "Education, Health and Care Plan",
        "Section A: Views, interests and aspirations",
        "“I like trains.”",
        "Section B: Special educational needs",
        "Ada cannot yet read the worksheets of her class.",
        "Section E: Outcomes",
        "By July 2027 Ada will read 40 words by sight.",
        "Section F: Special educational provision",
        "A teacher will teach Ada to read for 30 minutes twice a week.",
    )
)


def wrapped(inside: str, head: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<w:document xmlns:w="{W}"><w:body>{inside}</w:body></w:document>'
    )


def packaged(document: bytes, extra: dict[str, bytes] | None = None) -> bytes:
    """A Word package whose main part is exactly these bytes."""
    names = zipfile.ZipFile(io.BytesIO(docx_of(p(r("x")))))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for info in names.infolist():
            package.writestr(info.filename, document if info.filename.endswith("document.xml") else names.read(info))
        for name, content in (extra or {}).items():
            package.writestr(name, content)
    return out.getvalue()


def entity_bomb() -> bytes:
    """Each entity ten of the one before: a thousand million laughs."""
    steps = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    return packaged(wrapped(p(r("&a9;")), f'<!DOCTYPE x [<!ENTITY a0 "ha">{steps}]>').encode())


def external_entity() -> bytes:
    """Asks for a file of the machine."""
    head = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
    return packaged(wrapped(p(r("&e;")), head).encode())


def outside_relation() -> bytes:
    """Its header stands on another machine; the plan itself is sound."""
    content = wrapped(PLAN).encode()
    relation = (
        b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        b'<Relationship Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/header" '
        b'Target="http://192.0.2.1/header.xml" TargetMode="External"/></Relationships>'
    )
    out = io.BytesIO()
    source = zipfile.ZipFile(io.BytesIO(packaged(content)))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for info in source.infolist():
            if info.filename != "word/_rels/document.xml.rels":
                package.writestr(info.filename, source.read(info))
        package.writestr("word/_rels/document.xml.rels", relation)
    return out.getvalue()


def ratio_bomb() -> bytes:
    """A gigabyte of spaces in a megabyte."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    chunk = b" " * (1 << 20)
    body = b"".join(packer.compress(chunk) for _ in range(1024)) + packer.flush()
    crc = 0
    for _ in range(1024):
        crc = zlib.crc32(chunk, crc)
    return _raw_zip("word/document.xml", body, crc, 1 << 30, method=8)


def lying_size() -> bytes:
    """Says that it unpacks to ten bytes, and unpacks to forty megabytes."""
    body = zlib.compress(b"<" * 40_000_000, 9)[2:-4]
    return _raw_zip("word/document.xml", body, 0, 10, method=8)


def unknown_compression() -> bytes:
    """A method that no reader has."""
    return _raw_zip("word/document.xml", b"abc", 0, 3, method=97)


def _raw_zip(name: str, body: bytes, crc: int, size: int, *, method: int) -> bytes:
    """A zip with one member, its header as we please."""
    encoded = name.encode()
    local = (
        struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, method, 0, 0, crc, len(body), size, len(encoded), 0) + encoded
    )
    central = (
        struct.pack(
            "<IHHHHHHIIIHHHHHII",
            0x02014B50,
            20,
            20,
            0,
            method,
            0,
            0,
            crc,
            len(body),
            size,
            len(encoded),
            0,
            0,
            0,
            0,
            0,
            0,
        )
        + encoded
    )
    start = len(local) + len(body)
    return local + body + central + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 1, 1, len(central), start, 0)


def wrong_crc() -> bytes:
    """One bit of the document's packed bytes is turned."""
    good = bytearray(packaged(wrapped(PLAN).encode()))
    at = bytes(good).index(b"word/document.xml") + 60
    good[at] ^= 4
    return bytes(good)


def nested_zip() -> bytes:
    """A zip in a zip in a zip."""
    inner = b"x" * 1000
    for _ in range(20):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
            package.writestr("a.zip", inner)
        inner = out.getvalue()
    return inner


def traversal() -> bytes:
    """Members that would be written outside the folder they are unpacked to; nothing is ever unpacked to a folder."""
    return packaged(wrapped(PLAN).encode(), {"../../../../tmp/out.txt": b"x", "/etc/x": b"x"})


def million_paragraphs() -> bytes:
    """A million empty paragraphs."""
    return packaged(wrapped(PLAN + "<w:p/>" * 1_000_000).encode())


def many_tables() -> bytes:
    """A hundred thousand tables, one in each other's neighbourhood."""
    cell = "<w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>"
    return packaged(wrapped(PLAN + cell * 100_000).encode())


def deep_nesting() -> bytes:
    """Five thousand elements deep."""
    return packaged(wrapped("<w:sdt><w:sdtContent>" * 5000 + "<w:p/>" + "</w:sdtContent></w:sdt>" * 5000).encode())


def huge_paragraph() -> bytes:
    """One paragraph of fifty megabytes."""
    return packaged(wrapped(PLAN + p(r("word " * 10_000_000))).encode())


def many_runs() -> bytes:
    """One paragraph of half a million runs."""
    return packaged(wrapped(PLAN + "<w:p>" + "<w:r><w:t>a </w:t></w:r>" * 500_000 + "</w:p>").encode())


def slow_words() -> bytes:
    """Paragraphs that a careless regular expression takes for ever over."""
    lines = ["a" * 50_000, "1 " * 30_000, "by " * 30_000, "- " * 30_000, "((((" * 8_000, "x, " * 30_000, "12/" * 30_000]
    lines += ["to be able to " * 5_000, "“" * 30_000, "Section " * 10_000, "and " * 30_000 + "!", "Dr. " * 20_000]
    return packaged(wrapped(PLAN + "".join(p(r(line)) for line in lines)).encode())


def no_document() -> bytes:
    """A package without a main part."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>")
    return out.getvalue()


def utf_16_with_mark() -> bytes:
    """A main part in UTF-16, as some tools write it: sound."""
    text = wrapped(PLAN).replace('encoding="UTF-8"', 'encoding="UTF-16"')
    return packaged(text.encode("utf-16"))


def duplicate_part() -> bytes:
    """The main part twice, the second another."""
    source = zipfile.ZipFile(io.BytesIO(packaged(wrapped(PLAN).encode())))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for info in source.infolist():
            package.writestr(info.filename, source.read(info))
        package.filelist.append(package.filelist[0])
    return out.getvalue()


def truncated() -> Iterator[tuple[str, bytes]]:
    """A sound plan cut at every tenth of it."""
    whole = packaged(wrapped(PLAN).encode())
    for tenth in range(1, 10):
        yield f"cut-{tenth}.docx", whole[: len(whole) * tenth // 10]


ATTACKS: dict[str, Callable[[], bytes]] = {
    "entity-bomb.docx": entity_bomb,
    "external-entity.docx": external_entity,
    "ratio-bomb.docx": ratio_bomb,
    "lying-size.docx": lying_size,
    "unknown-compression.docx": unknown_compression,
    "wrong-crc.docx": wrong_crc,
    "nested-zip.docx": nested_zip,
    "million-paragraphs.docx": million_paragraphs,
    "deep-nesting.docx": deep_nesting,
    "no-document.docx": no_document,
    "jpeg.docx": lambda: b"\xff\xd8\xff\xe0" + bytes(2000),
    "html.docx": lambda: b"<html><body><p>Section F</p></body></html>",
    "zeros.docx": lambda: bytes(5000),
    "nothing.docx": lambda: b"",
    "end-record-only.docx": lambda: b"PK\x05\x06" + bytes(18),
    "noise.docx": lambda: bytes((n * n * 31 + 7) % 256 for n in range(50_000)),
    "noise.txt": lambda: bytes((n * n * 31 + 7) % 256 for n in range(50_000)),
}
"""Each of these is a failure entry."""
SOUND: dict[str, Callable[[], bytes]] = {
    "traversal.docx": traversal,
    "outside-relation.docx": outside_relation,
    "utf-16.docx": utf_16_with_mark,
    "slow-words.docx": slow_words,
}
"""Odd, and yet plans: each of these is audited."""
EITHER: dict[str, Callable[[], bytes]] = {
    "many-tables.docx": many_tables,
    "huge-paragraph.docx": huge_paragraph,
    "many-runs.docx": many_runs,
    "duplicate-part.docx": duplicate_part,
}
"""Audited or refused, whichever comes of the limits; nothing else."""
