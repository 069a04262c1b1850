"""PDFium's own calls, bound so that each costs under a microsecond. Handles are plain addresses.

pypdfium2's bindings build a pointer object for every result; a page takes a thousand calls, so that alone would
cost more than the page. The library is loaded on first use.
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

TEXT, PATH, IMAGE, FORM = 1, 2, 3, 5
"""Types of page objects that matter here (FPDF_PAGEOBJ_*)."""
_P, _I, _U, _F, _D, _Z = (
    ctypes.c_void_p, ctypes.c_int, ctypes.c_uint, ctypes.c_float, ctypes.c_double, ctypes.c_size_t,
)  # fmt: skip
_CALLS: dict[str, tuple[Any, ...]] = {
    "FPDF_LoadPage": (_P, _P, _I),
    "FPDF_ClosePage": (None, _P),
    "FPDF_GetPageBoundingBox": (_I, _P, _P),
    "FPDFPage_GetAnnotCount": (_I, _P),
    "FPDFText_LoadPage": (_P, _P),
    "FPDFText_ClosePage": (None, _P),
    "FPDFText_CountChars": (_I, _P),
    "FPDFText_GetText": (_I, _P, _I, _I, _P),
    "FPDFText_GetUnicode": (_U, _P, _I),
    "FPDFText_GetTextObject": (_P, _P, _I),
    "FPDFText_GetLooseCharBox": (_I, _P, _I, _P),
    "FPDFText_GetCharOrigin": (_I, _P, _I, _P, _P),
    "FPDFTextObj_GetFontSize": (_I, _P, _P),
    "FPDFTextObj_GetFont": (_P, _P),
    "FPDFTextObj_GetTextRenderMode": (_I, _P),
    "FPDFFont_GetBaseFontName": (_Z, _P, _P, _Z),
    "FPDFFont_GetFlags": (_I, _P),
    "FPDFFont_GetWeight": (_I, _P),
    "FPDFPageObj_GetType": (_I, _P),
    "FPDFPageObj_GetBounds": (_I, _P, _P, _P, _P, _P),
    "FPDFPageObj_GetMatrix": (_I, _P, _P),
    "FPDFPageObj_GetFillColor": (_I, _P, _P, _P, _P, _P),
    "FPDFPage_CountObjects": (_I, _P),
    "FPDFPage_GetObject": (_P, _P, _I),
    "FPDFFormObj_CountObjects": (_I, _P),
    "FPDFFormObj_GetObject": (_P, _P, ctypes.c_ulong),
    "FPDFPath_GetDrawMode": (_I, _P, _P, _P),
    "FPDFPath_CountSegments": (_I, _P),
    "FPDFPath_GetPathSegment": (_P, _P, _I),
    "FPDFPathSegment_GetPoint": (_I, _P, _P, _P),
    "FPDFPathSegment_GetType": (_I, _P),
    "FPDFPathSegment_GetClose": (_I, _P),
}


class Native:
    """The calls, and the few buffers they write into."""

    def __init__(self) -> None:
        import pypdfium2.raw as raw

        for name, (result, *takes) in _CALLS.items():
            address = ctypes.cast(getattr(raw, name), ctypes.c_void_p).value or 0
            setattr(self, name, ctypes.CFUNCTYPE(result, *takes)(address))
        self.floats = (ctypes.c_float * 6)()
        self.at = ctypes.addressof(self.floats)
        self.fours = tuple(self.at + 4 * n for n in range(4))
        """Addresses of the first four floats."""
        self.doubles = (ctypes.c_double * 2)()
        self.pair = (ctypes.addressof(self.doubles), ctypes.addressof(self.doubles) + 8)
        self.words = (ctypes.c_uint * 4)()
        self.quad = tuple(ctypes.addressof(self.words) + 4 * n for n in range(4))
        self.chars = ctypes.create_string_buffer(512)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)


@cache
def native() -> Native:
    """The one set of calls of this process."""
    return Native()


def address(handle: Any) -> int:
    """The address in a handle of pypdfium2."""
    return ctypes.cast(getattr(handle, "raw", handle), ctypes.c_void_p).value or 0
