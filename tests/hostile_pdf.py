"""PDFs that are broken, or made to do harm: each a name and the bytes, built here and nowhere kept."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Iterator

LINES = (
    "Education, Health and Care Plan",
    "Section A: Views, interests and aspirations",
    "I like trains.",
    "Section B: Special educational needs",
    "Ada cannot yet read the worksheets of her class.",
    "Section E: Outcomes",
    "By July 2027 Ada will read 40 words by sight.",
    "Section F: Special educational provision",
    "A teacher will teach Ada to read for 30 minutes twice a week.",
)
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 4 0 R>>/XObject<<%s>>>>/Contents 5 0 R>>"
FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def written(objects: dict[int, bytes], trailer: bytes = b"/Root 1 0 R", shift: int = 0) -> bytes:
    """A file of these objects; every offset of its table is ``shift`` bytes wrong."""
    out, places = bytearray(b"%PDF-1.7\n"), {}
    for number, body in objects.items():
        places[number] = len(out) + shift
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    last = max(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % last
    for number in range(1, last):
        out += b"%010d 00000 n \n" % places[number] if number in places else b"0000000000 00000 f \n"
    return bytes(out + b"trailer\n<</Size %d%s>>\nstartxref\n%d\n%%%%EOF\n" % (last, trailer, start + shift))


def stream(content: bytes, more: bytes = b"") -> bytes:
    """A stream object."""
    return b"<</Length %d%s>>\nstream\n%s\nendstream" % (len(content), more, content)


def shown(lines: tuple[str, ...] = LINES) -> bytes:
    """Drawing of lines, one below the other."""
    return b"".join(
        b"BT /F 11 Tf 72 %d Td (%s) Tj ET\n" % (760 - 30 * n, line.encode()) for n, line in enumerate(lines)
    )


def plan(content: bytes | None = None, *, xobjects: bytes = b"", **others: bytes) -> dict[int, bytes]:
    """The objects of a plan of one page; others by ``o`` and their number."""
    return {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: PAGE % xobjects,
        4: FONT,
        5: stream(shown() if content is None else content),
        **{int(key[1:]): body for key, body in others.items()},
    }


def pages_of_themselves() -> bytes:
    """The tree of pages has itself as its only branch."""
    return written({**plan(), 2: b"<</Type/Pages/Kids[2 0 R]/Count 1/Parent 2 0 R>>"})


def every_object_another() -> bytes:
    """Catalogue, tree, page and length all lead back to one another."""
    loop = {n: b"%d 0 R" % (n % 5 + 1) for n in range(1, 6)}
    return written(loop)


def length_of_itself() -> bytes:
    """The length of the page's drawing is the drawing."""
    return written({**plan(), 5: b"<</Length 5 0 R>>\nstream\n" + shown() + b"\nendstream"})


def previous_table_is_this_one() -> bytes:
    """The table of objects names itself as the one before it."""
    whole = written(plan())
    at = whole.index(b"xref\n0")
    return whole.replace(b"/Root 1 0 R", b"/Root 1 0 R/Prev %d" % at)


def bookmarks_in_a_ring() -> bytes:
    """Each bookmark is followed by the other, and holds itself. The plan is sound."""
    ring = {
        6: b"<</Type/Outlines/First 7 0 R/Last 8 0 R/Count 2>>",
        7: b"<</Title(Section A)/Parent 6 0 R/Next 8 0 R/First 7 0 R/Last 7 0 R>>",
        8: b"<</Title(Section B)/Parent 6 0 R/Next 7 0 R/First 6 0 R/Last 8 0 R>>",
    }
    return written({**plan(), **ring, 1: b"<</Type/Catalog/Pages 2 0 R/Outlines 6 0 R>>"})


def _packed(piece: bytes, times: int) -> bytes:
    """What unpacks to the piece many times over; packed once, for each piece ends on a byte."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    once = packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH)
    return b"\x78\xda" + once * times + b"\x03\x00"


def endless_drawing() -> bytes:
    """A drawing of a gigabyte and a half in a megabyte and a half: lines without end."""
    body = _packed(b"0 0 m 9 9 l S\n" * 80_000, 1400)
    return written({**plan(), 5: stream(body, b"/Filter/FlateDecode")})


def packed_within_packed() -> bytes:
    """Three hundred gigabytes of spaces, packed three times over."""
    body = _packed(b" " * (1 << 20), 10_000)
    body = zlib.compress(zlib.compress(body, 9), 9)
    return written({**plan(), 5: stream(body, b"/Filter[/FlateDecode/FlateDecode/FlateDecode]")})


def endless_words() -> bytes:
    """A page on which two million words are shown."""
    body = _packed(b"BT /F 11 Tf 72 700 Td (and another word of it ) Tj ET\n" * 4000, 100)
    return written({**plan(), 5: stream(body, b"/Filter/FlateDecode")})


def million_pages() -> bytes:
    """A tree of ten branches each, six deep, whose leaves are one and the same empty page."""
    tree = {n: b"<</Type/Pages/Kids[%s]/Count %d>>" % (b"%d 0 R " % (n + 1) * 10, 10 ** (8 - n)) for n in range(2, 8)}
    return written({1: b"<</Type/Catalog/Pages 2 0 R>>", **tree, 8: b"<</Type/Page/MediaBox[0 0 595 842]>>"})


def million_page_objects() -> bytes:
    """A million empty pages, each an object of its own."""
    kids = b" ".join(b"%d 0 R" % n for n in range(10, 1_000_010))
    pages = dict.fromkeys(range(10, 1_000_010), b"<</Type/Page/Parent 2 0 R>>")
    return written({**plan(), 2: b"<</Type/Pages/MediaBox[0 0 9 9]/Kids[%s]/Count 1000000>>" % kids, **pages})


def nested_forms(deep: int = 26) -> bytes:
    """Each form draws the next one twice: sixty million in the end."""
    forms = {
        n: stream(
            b"/X Do /X Do\n" if n < 10 + deep else shown(),
            b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</Font<</F 4 0 R>>/XObject<</X %d 0 R>>>>"
            % (n + 1),
        )
        for n in range(10, 11 + deep)
    }
    return written({**plan(shown() + b"/X Do\n", xobjects=b"/X 10 0 R"), **forms})


def form_within_itself() -> bytes:
    """A form that draws itself. What stands on the page is sound."""
    form = stream(b"/X Do /X Do\n", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 10 0 R>>>>")
    return written({**plan(shown() + b"/X Do\n", xobjects=b"/X 10 0 R"), 10: form})


def nested_arrays() -> bytes:
    """A catalogue in which arrays are nested a hundred thousand deep."""
    deep = b"[" * 100_000 + b"]" * 100_000
    return written({**plan(), 1: b"<</Type/Catalog/Pages 2 0 R/Deep %s>>" % deep})


def wrong_table() -> bytes:
    """Every offset of its table of objects is wrong, as after a transfer as text."""
    return written(plan(), shift=17)


def letters_without_meaning() -> bytes:
    """The map of its font moves every letter on, so that what is read is not what is seen."""
    moved = tuple("".join(chr(ord(c) + 3) if c.isalpha() else c for c in line) for line in LINES)
    escaped = tuple(line.replace("\\", "\\\\").replace("(", "\\(") for line in moved)
    return written(plan(shown(tuple(f"{line} {line}" for line in escaped))))


def without_words() -> bytes:
    """A scan: one picture as large as the page."""
    picture = stream(
        zlib.compress(bytes(range(200)) * 200),
        b"/Type/XObject/Subtype/Image/Width 200/Height 200/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/FlateDecode",
    )
    return written({**plan(b"q 595 0 0 842 0 0 cm /X Do Q\n", xobjects=b"/X 10 0 R"), 10: picture})


def protected() -> bytes:
    """It opens with a password alone."""
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, invariant=1, encrypt="let me in")
    canvas.drawString(72, 700, LINES[0])
    canvas.save()
    return out.getvalue()


def truncated() -> Iterator[tuple[str, bytes]]:
    """A sound plan cut at every tenth of it."""
    whole = written(plan())
    for tenth in range(1, 10):
        yield f"cut-{tenth}.pdf", whole[: len(whole) * tenth // 10]


ATTACKS: dict[str, Callable[[], bytes]] = {
    "pages-of-themselves.pdf": pages_of_themselves,
    "every-object-another.pdf": every_object_another,
    "endless-words.pdf": endless_words,
    "million-pages.pdf": million_pages,
    "million-page-objects.pdf": million_page_objects,
    "letters-without-meaning.pdf": letters_without_meaning,
    "without-words.pdf": without_words,
    "protected.pdf": protected,
    "jpeg.pdf": lambda: b"\xff\xd8\xff\xe0" + bytes(2000),
    "html.pdf": lambda: b"<html><body><p>Section F</p></body></html>",
    "zeros.pdf": lambda: bytes(5000),
    "head-only.pdf": lambda: b"%PDF-1.7\n",
    "noise.pdf": lambda: b"%PDF-1.7\n" + bytes((n * n * 31 + 7) % 256 for n in range(50_000)),
}
"""Each of these is a failure entry."""
SOUND: dict[str, Callable[[], bytes]] = {
    "plain.pdf": lambda: written(plan()),
    "wrong-table.pdf": wrong_table,
    "bookmarks-in-a-ring.pdf": bookmarks_in_a_ring,
    "length-of-itself.pdf": length_of_itself,
    "previous-table-is-this-one.pdf": previous_table_is_this_one,
}
"""Odd, and yet plans: each of these is audited."""
EITHER: dict[str, Callable[[], bytes]] = {
    "nested-arrays.pdf": nested_arrays,
}
"""Audited or refused; nothing else."""
ENDED: dict[str, Callable[[], bytes]] = {
    "endless-drawing.pdf": endless_drawing,
    "packed-within-packed.pdf": packed_within_packed,
    "form-within-itself.pdf": form_within_itself,
    "nested-forms.pdf": nested_forms,
}
"""PDFium hangs on these, or takes all memory that it gets: the worker ends, or is ended."""
