"""One page → what stands on it: runs of text with their looks, ruling lines, shaded boxes and pictures.

Coordinates are points from the page's top left corner, y downwards, turned so that most of the text stands upright
(a landscape page, a /Rotate entry and a table set sideways come out the same).
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ehcaudit.readers.pdfium.native import FORM, IMAGE, PATH, TEXT, Native, native

THIN = 3.0
"""A painted box of at most this width or height is a ruling line."""
_MOST_RULES = 6000
_MOST_SEGMENTS = 400
_MOST_FORMS = 12
_BOLD = re.compile(r"bold|black|heavy|demi(?!light)|[-,](?:bd|b)(?:i|it)?$", re.IGNORECASE)
_ITALIC = re.compile(r"italic|oblique|[-,](?:it|bi)$", re.IGNORECASE)
_WORDS = re.compile(r"\S+")
_LINE = re.compile(r"[ \t\xa0]*([^\s](?:[^\r\n]*[^\s])?)")
_CLEAN = str.maketrans({
    "\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\ufb05": "st", "\ufb06": "st",
    "\u2010": "-", "\u2011": "-", "\x02": "\xad", "\ufffe": "\xad", "\0": None, "\uffff": "\ufffd", "\ufeff": None,
})  # fmt: skip


class Style(NamedTuple):
    """How a run looks."""

    size: float
    bold: bool = False
    italic: bool = False
    colour: str = ""
    """``grey`` or ``white``, else empty."""
    font: str = ""
    unseen: bool = False
    """Painted with neither fill nor stroke: the text layer over a scanned page."""


class Run:
    """Words of one line and one look. ``base`` is the base line, ``first`` the right edge of the first word."""

    __slots__ = ("base", "bottom", "decor", "first", "space", "style", "text", "top", "turned", "x0", "x1")

    def __init__(
        self, text: str, x0: float, top: float, x1: float, bottom: float, base: float, first: float, style: Style
    ) -> None:
        self.text, self.style = text, style
        self.x0, self.top, self.x1, self.bottom, self.base, self.first = x0, top, x1, bottom, base, first
        self.space = True
        """White space stands before it in the text."""
        self.decor = ""
        """``struck`` or ``underline``."""
        self.turned = False

    def __repr__(self) -> str:
        return f"Run({self.text!r}, x={self.x0:.0f}–{self.x1:.0f}, base={self.base:.0f})"


class Box(NamedTuple):
    """A rectangle."""

    x0: float
    top: float
    x1: float
    bottom: float


@dataclass(slots=True)
class RawPage:
    """What stands on one page."""

    number: int
    """From 1."""
    width: float = 0.0
    height: float = 0.0
    runs: list[Run] = field(default_factory=list)
    across: list[Box] = field(default_factory=list)
    """Horizontal ruling lines."""
    down: list[Box] = field(default_factory=list)
    """Vertical ruling lines."""
    shades: list[Box] = field(default_factory=list)
    """Boxes that are filled with a colour."""
    images: list[Box] = field(default_factory=list)
    strange: int = 0
    """Characters that have no meaning: a font without a usable map."""
    characters: int = 0
    unseen: int = 0
    objects: int = 0
    confidence: float = 1.0


class Fonts:
    """What is known of the fonts of one document, by their names."""

    def __init__(self) -> None:
        self.known: dict[tuple[bytes, int], tuple[str, bool, bool]] = {}

    def of(self, lib: Native, handle: int) -> tuple[str, bool, bool]:
        """(name, bold, italic) of a font. Its handle tells nothing: on another page it may be another font's."""
        size = lib.FPDFFont_GetBaseFontName(handle, lib.chars, 256) if handle else 0
        raw = lib.chars.value if 0 < size <= 256 else b""
        flags = max(lib.FPDFFont_GetFlags(handle), 0) if handle else 0
        found = self.known.get((raw, flags))
        if found is None:
            name = re.sub(r"^[A-Z]{6}\+", "", raw.decode("utf-8", "replace"))
            bold = bool(_BOLD.search(name)) or bool(flags & 1 << 18)
            if handle and not re.search(r"[A-Za-z]{3}", name):
                bold = bold or lib.FPDFFont_GetWeight(handle) >= 700
            italic = bool(_ITALIC.search(name)) or bool(flags & 1 << 6)
            found = name, bold, italic
            if raw:
                self.known[raw, flags] = found
        return found


def _colour(red: int, green: int, blue: int, alpha: int) -> str:
    """As in Word files: a light grey is a prompt's colour, white cannot be seen on paper."""
    if alpha and min(red, green, blue) >= 250:
        return "white"
    if max(red, green, blue) - min(red, green, blue) <= 24 and 0x60 <= red <= 0xD8:
        return "grey"
    return ""


@dataclass(slots=True)
class _Look:
    """A text object: its style, and which way its text runs (0 upright, 1 up, 2 upside down, 3 down, -1 aslant)."""

    style: Style
    way: int
    x: float
    y: float


class _Eye:
    """The work on one page."""

    def __init__(self, page: Any, text: Any, fonts: Fonts, number: int) -> None:
        self.lib, self.page, self.text, self.fonts = native(), page, text, fonts
        self.out = RawPage(number)
        self.looks: dict[int, _Look] = {}
        self.styles: dict[tuple[Any, ...], Style] = {}

    # ------------------------------------------------------------ text

    def _characters(self) -> str:
        """The page's characters, one for each of PDFium's indices."""
        lib = self.lib
        count = lib.FPDFText_CountChars(self.text)
        if count <= 0:
            return ""
        buffer = (ctypes.c_ushort * (count + 1))()
        got = lib.FPDFText_GetText(self.text, 0, count, buffer) - 1
        shown = bytes(buffer)[: 2 * got].decode("utf-16-le", "surrogatepass") if got > 0 else ""
        if got == count and len(shown) == count:
            return shown
        # Some characters have no place in that text (a soft hyphen, a sign beyond U+FFFF): one by one.
        codes = (lib.FPDFText_GetUnicode(self.text, n) for n in range(count))
        return "".join(chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else "\ufffd" for code in codes)

    def _look(self, handle: int) -> _Look:
        lib = self.lib
        if not handle:
            return _Look(Style(10.0), 0, 0.0, -1e9)
        lib.FPDFPageObj_GetMatrix(handle, lib.at)
        a, b, c, d, x, y = lib.floats
        lib.FPDFTextObj_GetFontSize(handle, lib.at)
        size = lib.floats[0]
        font = lib.FPDFTextObj_GetFont(handle) or 0
        mode = lib.FPDFTextObj_GetTextRenderMode(handle)
        lib.FPDFPageObj_GetFillColor(handle, *lib.quad)
        colour = tuple(lib.words)
        if abs(b) < 0.02 * abs(a):
            way, scale = (0 if a > 0 else 2), abs(d)
        elif abs(a) < 0.02 * abs(b):
            way, scale = (1 if b > 0 else 3), abs(c)
        else:
            way, scale = -1, (c * c + d * d) ** 0.5
        if scale < 1e-4:
            scale = 1.0
        key = font, size * scale, mode, colour
        style = self.styles.get(key)
        if style is None:
            name, bold, italic = self.fonts.of(lib, font)
            shown = "" if mode == 3 else _colour(*colour)
            style = self.styles[key] = Style(round(size * scale, 1), bold or mode == 2, italic, shown, name, mode == 3)
        look = self.looks[handle] = _Look(style, way, x, y)
        return look

    def _pieces(self, text: str) -> Iterator[tuple[int, int, int, bool]]:
        """(first character, one past the last, object, whether white space stands before): each of one object."""
        which, page_text = self.lib.FPDFText_GetTextObject, self.text
        begin = 0
        for line in _LINE.finditer(text):
            start, end = line.span(1)
            left, right = which(page_text, start), which(page_text, end - 1)
            if left == right:
                yield start, end, left or 0, start != begin
                begin = end
                continue
            for low, high, handle in self._parted(text, start, end, left, right):
                yield low, high, handle, low != begin
                begin = high

    def _parted(self, text: str, start: int, end: int, left: int, right: int) -> list[tuple[int, int, int]]:
        """A line of several objects: by halves, down to words, and inside a word character by character."""
        which, page_text = self.lib.FPDFText_GetTextObject, self.text
        words = [(w.start(), w.end()) for w in _WORDS.finditer(text, start, end)]
        found: list[tuple[int, int, int]] = []
        todo = [(0, len(words), left, right)]
        while todo:
            low, high, left, right = todo.pop()
            first, last = words[low][0], words[high - 1][1]
            if left == right:
                pieces = [(first, last, left or 0)]
            elif high - low > 1:
                middle = (low + high) // 2
                todo.append((middle, high, which(page_text, words[middle][0]), right))
                todo.append((low, middle, left, which(page_text, words[middle - 1][1] - 1)))
                continue
            else:
                pieces, at = [], first
                for n in range(first + 1, last + 1):
                    now = which(page_text, n) if n < last else None
                    if now != left:
                        pieces.append((at, n, left or 0))
                        left, at = now or 0, n
            for piece in pieces:
                if found and found[-1][2] == piece[2]:
                    found[-1] = found[-1][0], piece[1], piece[2]
                else:
                    found.append(piece)
        return found

    def read_text(self) -> None:
        """All runs, in the order of the file."""
        lib, page_text, out, looks = self.lib, self.text, self.out, self.looks
        text = self._characters()
        out.characters = len(text)
        raw: list[tuple[Run, int]] = []
        ways = [0, 0, 0, 0, 0]
        box, floats, at = lib.FPDFText_GetLooseCharBox, lib.floats, lib.at
        for start, end, handle, space in self._pieces(text):
            look = looks.get(handle) or self._look(handle)
            words = text[start:end]
            box(page_text, start, at)
            left, top, right, low, x, y = floats
            first = right, top
            cut = words.find(" ")
            if cut > 1:
                box(page_text, start + cut - 1, at)
                first = floats[2], floats[1]
            if (end - start > 1 and cut != 1) or cut == 1:
                box(page_text, end - 1, at)
            begun, high, right, ended = floats[:4]
            if cut < 0:
                first = right, high
            way = look.way
            x, y = look.x, look.y
            if not (low - 1 <= y <= top + 1 and way == 0):
                lib.FPDFText_GetCharOrigin(page_text, start, *lib.pair)
                x, y = lib.doubles
            shown = words
            if not words.isascii() or "\x02" in words or "\0" in words:
                shown = words.translate(_CLEAN)
                out.strange += sum(c == "\ufffd" or "\ue000" <= c <= "\uf8ff" for c in shown)
            if way == 0:
                run = Run(shown, left, -(top if top > high else high), right, -(low if low < ended else ended), -y,
                          first[0], look.style)  # fmt: skip
            elif way == 1:
                run = Run(shown, low, min(left, begun), high, max(right, left), x, first[1], look.style)
            elif way == 2:
                run = Run(shown, -right, min(low, ended), -begun, max(top, high), y, -begun, look.style)
            elif way == 3:
                run = Run(shown, -top, -max(right, left), -ended, -min(left, begun), -x, -ended, look.style)
            else:
                run = Run(shown, min(left, begun), -max(top, high), max(left, right), -min(low, ended), -y, first[0],
                          look.style)  # fmt: skip
            run.space = space
            if look.style.unseen:
                out.unseen += len(shown)
            ways[way] += end - start
            raw.append((run, way))
        upright = max((0, 1, 2, 3), key=lambda way: (ways[way], -way))
        self.way = upright
        for run, way in raw:
            if way != upright:
                self._turn(run, way)
            out.runs.append(run)

    def _turn(self, run: Run, way: int) -> None:
        """A run that stands another way than the page: back to the page's own frame, as a box."""
        x0, top, x1, bottom = run.x0, run.top, run.x1, run.bottom
        if way <= 0:
            page = x0, -bottom, x1, -top
        elif way == 1:
            page = top, x0, bottom, x1
        elif way == 2:
            page = -x1, top, -x0, bottom
        else:
            page = -bottom, -x1, -top, -x0
        run.x0, run.top, run.x1, run.bottom = self.framed(*page)
        run.base, run.first, run.turned = run.bottom, run.x1, True

    def framed(self, left: float, low: float, right: float, high: float) -> tuple[float, float, float, float]:
        """A box of the file's coordinates (y upwards) → x0, top, x1, bottom as the text stands."""
        way = self.way
        if way == 0:
            return left, -high, right, -low
        if way == 1:
            return low, left, high, right
        if way == 2:
            return -right, low, -left, high
        return -high, -right, -low, -left

    def type_on(self, words: str, place: Box) -> None:
        """Words in a box over the page: each of its lines is a run."""
        lines = [line for part in words.splitlines() if (line := " ".join(part.split()))]
        x0, top, x1, bottom = self.framed(place.x0, place.bottom, place.x1, place.top)
        height = (bottom - top) / max(len(lines), 1)
        size = min(max(height / 1.2, 4.0), 10.0)
        for n, line in enumerate(lines):
            low = top + height * n + min(height, size * 1.2)
            end = min(x0 + 0.5 * size * len(line), max(x1, x0 + 1))
            first = x0 + (end - x0) * len(line.split()[0]) / len(line)
            self.out.runs.append(Run(line, x0, low - size, end, low, low - 0.2 * size, first, Style(size)))
        self.out.characters += sum(map(len, lines))

    # ------------------------------------------------------------ lines and pictures

    def read_objects(self, most: int) -> None:
        """Ruling lines, shades and pictures; ``most`` objects at most."""
        lib = self.lib
        count = lib.FPDFPage_CountObjects(self.page)
        self.out.objects = count
        page, get, kind = self.page, lib.FPDFPage_GetObject, lib.FPDFPageObj_GetType
        looks = self.looks
        for n in range(min(count, most)):
            handle = get(page, n)
            if handle in looks:
                continue
            what = kind(handle)
            if what == TEXT:
                continue
            if what == FORM:
                self._form(handle, (1.0, 0.0, 0.0, 1.0, 0.0, 0.0), 0)
            elif what in (PATH, IMAGE):
                self._object(handle, what, None)

    def _form(self, handle: int, outer: tuple[float, ...], depth: int) -> None:
        lib = self.lib
        if depth > _MOST_FORMS or not lib.FPDFPageObj_GetMatrix(handle, lib.at):
            return
        matrix = _times(tuple(lib.floats), outer)
        count = lib.FPDFFormObj_CountObjects(handle)
        self.out.objects += max(count, 0)
        for n in range(min(count, _MOST_RULES)):
            inner = lib.FPDFFormObj_GetObject(handle, n)
            what = lib.FPDFPageObj_GetType(inner) if inner else 0
            if what == FORM:
                self._form(inner, matrix, depth + 1)
            elif what in (PATH, IMAGE):
                self._object(inner, what, matrix)

    def _object(self, handle: int, what: int, matrix: tuple[float, ...] | None) -> None:
        lib, out = self.lib, self.out
        if not lib.FPDFPageObj_GetBounds(handle, *lib.fours):
            return
        left, low, right, high = lib.floats[:4]
        if matrix is not None:
            left, low, right, high = _boxed(matrix, left, low, right, high)
        box = Box(*self.framed(left, low, right, high))
        if what == IMAGE:
            out.images.append(box)
            return
        wide, tall = box.x1 - box.x0, box.bottom - box.top
        if len(out.across) + len(out.down) > _MOST_RULES:
            return
        if tall <= THIN or wide <= THIN:
            if tall <= THIN and wide > THIN:
                out.across.append(box)
            elif wide <= THIN and tall > THIN:
                out.down.append(box)
            return
        lib.FPDFPath_GetDrawMode(handle, lib.quad[0], lib.quad[1])
        filled, stroked = lib.words[0] & 0xFF, lib.words[1]
        if filled:
            lib.FPDFPageObj_GetFillColor(handle, *lib.quad)
            if min(lib.words[:3]) < 250 and lib.words[3]:
                out.shades.append(box)
        if stroked:
            self._strokes(handle, matrix)
        elif filled and lib.FPDFPath_CountSegments(handle) > 8:
            self._fills(handle, matrix)

    def _points(self, handle: int, matrix: tuple[float, ...] | None) -> Iterator[tuple[int, float, float, bool]]:
        lib = self.lib
        if not lib.FPDFPageObj_GetMatrix(handle, lib.at):
            return
        own = tuple(lib.floats)
        whole = own if matrix is None else _times(own, matrix)
        for n in range(min(lib.FPDFPath_CountSegments(handle), _MOST_SEGMENTS)):
            segment = lib.FPDFPath_GetPathSegment(handle, n)
            if not segment or not lib.FPDFPathSegment_GetPoint(segment, lib.fours[0], lib.fours[1]):
                continue
            x, y = lib.floats[:2]
            a, b, c, d, e, f = whole
            yield (
                lib.FPDFPathSegment_GetType(segment),
                a * x + c * y + e,
                b * x + d * y + f,
                bool(lib.FPDFPathSegment_GetClose(segment)),
            )

    def _strokes(self, handle: int, matrix: tuple[float, ...] | None) -> None:
        """Each straight upright or level stretch of a stroked path is a ruling line."""
        start = last = None
        for kind, x, y, closed in self._points(handle, matrix):
            if kind == 2:  # FPDF_SEGMENT_MOVETO
                start = last = (x, y)
                continue
            if kind == 0 and last is not None:  # FPDF_SEGMENT_LINETO
                self._stretch(last, (x, y))
            last = (x, y)
            if closed and start is not None:
                self._stretch(last, start)

    def _fills(self, handle: int, matrix: tuple[float, ...] | None) -> None:
        """A filled path of many thin boxes: a whole grid painted at once."""
        corners: list[tuple[float, float]] = []
        for kind, x, y, _ in [*self._points(handle, matrix), (2, 0.0, 0.0, False)]:
            if kind == 2:
                if 4 <= len(corners) <= 5:
                    xs, ys = [c[0] for c in corners], [c[1] for c in corners]
                    box = Box(*self.framed(min(xs), min(ys), max(xs), max(ys)))
                    if box.bottom - box.top <= THIN < box.x1 - box.x0:
                        self.out.across.append(box)
                    elif box.x1 - box.x0 <= THIN < box.bottom - box.top:
                        self.out.down.append(box)
                corners = []
            corners.append((x, y))

    def _stretch(self, one: tuple[float, float], two: tuple[float, float]) -> None:
        box = Box(*self.framed(min(one[0], two[0]), min(one[1], two[1]), max(one[0], two[0]), max(one[1], two[1])))
        if box.bottom - box.top <= 1 < box.x1 - box.x0:
            self.out.across.append(box)
        elif box.x1 - box.x0 <= 1 < box.bottom - box.top:
            self.out.down.append(box)


def _times(one: tuple[float, ...], two: tuple[float, ...]) -> tuple[float, ...]:
    """One transformation after another."""
    a, b, c, d, e, f = one
    g, h, i, j, k, m = two
    return a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m


def _boxed(m: tuple[float, ...], x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
    xs = [m[0] * x + m[2] * y + m[4] for x in (x0, x1) for y in (y0, y1)]
    ys = [m[1] * x + m[3] * y + m[5] for x in (x0, x1) for y in (y0, y1)]
    return min(xs), min(ys), max(xs), max(ys)


def read_page(
    page: int, text: int, box: Box, fonts: Fonts, number: int, *, most: int, typed: Sequence[tuple[str, Box]] = ()
) -> RawPage:
    """What stands on a page; ``box`` is the page's own box in the file's coordinates, ``typed`` is on top of it."""
    eye = _Eye(page, text, fonts, number)
    eye.read_text()
    for words, place in typed:
        eye.type_on(words, place)
    eye.read_objects(most)
    out = eye.out
    x0, top, x1, bottom = eye.framed(box.x0, box.bottom, box.x1, box.top)
    out.width, out.height = x1 - x0, bottom - top
    for run in out.runs:
        run.x0 -= x0
        run.x1 -= x0
        run.first -= x0
        run.top -= top
        run.bottom -= top
        run.base -= top
    for name in ("across", "down", "shades", "images"):
        boxes: list[Box] = getattr(out, name)
        if boxes:
            setattr(out, name, [Box(b[0] - x0, b[1] - top, b[2] - x0, b[3] - top) for b in boxes])
    return out
