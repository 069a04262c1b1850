"""What lies over the pages: values of form fields and typed-on text (live), and remarks (kept apart)."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ehcaudit.readers.pdfium.page import Box

_REMARKS = frozenset((1, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14))
"""FPDF_ANNOT_TEXT, shapes, HIGHLIGHT, UNDERLINE, SQUIGGLY, STRIKEOUT, STAMP, CARET."""
_TYPED, _WIDGET = 3, 20
_CHECK, _RADIO, _COMBO, _LIST, _TEXT = 2, 3, 4, 5, 6
"""FPDF_FORMFIELD_*"""
_HIDDEN = 2
_MOST = 20_000
_LONGEST = 1 << 20


@dataclass(frozen=True, slots=True)
class Over:
    """Words that lie over a page, in a box of the file's own coordinates (y upwards: ``top`` is the larger)."""

    text: str
    box: Box
    remark: bool = False
    author: str = ""


@contextmanager
def form_of(pdf: Any) -> Iterator[Any]:
    """The form of a document that is open, or None. Nothing in it is run."""
    import pypdfium2.raw as raw

    if raw.FPDF_GetFormType(pdf) == raw.FORMTYPE_NONE:
        yield None
        return
    told = raw.FPDF_FORMFILLINFO(version=2)
    form = raw.FPDFDOC_InitFormFillEnvironment(pdf, told)
    try:
        yield form or None
    finally:
        if form:
            raw.FPDFDOC_ExitFormFillEnvironment(form)


def only_adobe(pdf: Any) -> bool:
    """Whether the form is one that Adobe's own program builds as it opens (XFA)."""
    import pypdfium2.raw as raw

    return raw.FPDF_GetFormType(pdf) in (raw.FORMTYPE_XFA_FULL, raw.FORMTYPE_XFA_FOREGROUND)


def over(page: int, form: Any) -> list[Over]:
    """All that lies over a page."""
    import pypdfium2.raw as raw

    handle = ctypes.cast(page, raw.FPDF_PAGE)
    found: list[Over] = []
    for n in range(min(raw.FPDFPage_GetAnnotCount(handle), _MOST)):
        annotation = raw.FPDFPage_GetAnnot(handle, n)
        if not annotation:
            continue
        try:
            kind = raw.FPDFAnnot_GetSubtype(annotation)
            rect = raw.FS_RECTF()
            if (kind not in _REMARKS and kind not in (_TYPED, _WIDGET)) or not raw.FPDFAnnot_GetRect(annotation, rect):
                continue
            box = Box(rect.left, rect.top, rect.right, rect.bottom)
            text = (_value(raw, form, annotation) if form else "") if kind == _WIDGET else _said(raw, annotation)
            if text.strip():
                author = _string(raw, annotation, b"T") if kind in _REMARKS else ""
                found.append(Over(text, box, kind in _REMARKS, author))
        finally:
            raw.FPDFPage_CloseAnnot(annotation)
    return found


def _said(raw: Any, annotation: Any) -> str:
    return _string(raw, annotation, b"Contents")


def _string(raw: Any, annotation: Any, key: bytes) -> str:
    size = raw.FPDFAnnot_GetStringValue(annotation, key, None, 0)
    if not 2 < size <= _LONGEST:
        return ""
    buffer = ctypes.create_string_buffer(size)
    raw.FPDFAnnot_GetStringValue(annotation, key, ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), size)
    return buffer.raw[: size - 2].decode("utf-16-le", "replace")


def _value(raw: Any, form: Any, annotation: Any) -> str:
    """What a field shows: its text, its chosen entry, its tick."""
    kind = raw.FPDFAnnot_GetFormFieldType(form, annotation)
    if kind in (_CHECK, _RADIO):
        ticked = raw.FPDFAnnot_IsChecked(form, annotation) or _string(raw, annotation, b"AS") not in ("", "Off")
        return "☒" if ticked else "☐"
    if kind not in (_COMBO, _LIST, _TEXT):
        return ""
    size = raw.FPDFAnnot_GetFormFieldValue(form, annotation, None, 0)
    if not 2 < size <= _LONGEST:
        return ""
    buffer = ctypes.create_string_buffer(size)
    raw.FPDFAnnot_GetFormFieldValue(form, annotation, ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), size)
    return buffer.raw[: size - 2].decode("utf-16-le", "replace")
