"""Which element means what: the names of WordprocessingML and its neighbours, in every namespace (ECMA-376)."""

from __future__ import annotations

from ehcaudit.readers.ooxml.styles import SPACES

_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_MATHS = (
    "{http://schemas.openxmlformats.org/officeDocument/2006/math}",
    "{http://purl.oclc.org/ooxml/officeDocument/math}",
)
_DRAWINGS = ("{http://schemas.openxmlformats.org/drawingml/2006/main}", "{http://purl.oclc.org/ooxml/drawingml/main}")
_CHARTS = ("{http://schemas.openxmlformats.org/drawingml/2006/chart}", "{http://purl.oclc.org/ooxml/drawingml/chart}")
_DIAGRAMS = (
    "{http://schemas.openxmlformats.org/drawingml/2006/diagram}",
    "{http://purl.oclc.org/ooxml/drawingml/diagram}",
)
_VML = "{urn:schemas-microsoft-com:vml}"


RUN, TEXT, DROP, LOOK, SPACE, PARAGRAPH, CELL, ROW, TABLE, HYPHEN, GONE, INSERTED, CONTROL = range(1, 14)
CHOICE, SYMBOL, NOTE, COMMENT, PICTURE, FORM, CHUNK, SUBDOCUMENT, OBJECT, DRAWN_PARAGRAPH, DRAWN_LOOK = range(14, 25)
CHART, DIAGRAM, WORDART, DENOMINATOR = range(25, 29)


def _kinds() -> dict[str, int]:
    """Element name → what to do with it; a name that is not here is only a wrapper."""
    word = {
        "r": RUN, "t": TEXT, "rPr": LOOK, "tab": SPACE, "ptab": SPACE, "br": SPACE, "cr": SPACE,
        "p": PARAGRAPH, "tc": CELL, "tr": ROW, "tbl": TABLE, "noBreakHyphen": HYPHEN, "del": GONE,
        "moveFrom": GONE, "delText": GONE, "ins": INSERTED, "moveTo": INSERTED, "sdt": CONTROL, "sym": SYMBOL,
        "footnoteReference": NOTE, "endnoteReference": NOTE, "commentReference": COMMENT, "ffData": FORM,
        "altChunk": CHUNK, "subDoc": SUBDOCUMENT, "object": OBJECT,
        **dict.fromkeys(("softHyphen", "instrText", "delInstrText", "pPr", "tblPr", "tblGrid", "trPr", "tcPr", "sectPr",
                         "footnoteRef", "endnoteRef", "annotationRef", "sdtPr", "sdtEndPr", "customXmlPr", "smartTagPr",
                         "tblPrEx", "proofErr", "bookmarkStart", "bookmarkEnd", "lastRenderedPageBreak", "rubyPr",
                         "commentRangeStart", "commentRangeEnd"), DROP),
    }  # fmt: skip
    kinds = {space + name: kind for space in SPACES for name, kind in word.items()}
    for space in _MATHS:
        kinds |= {space + "r": RUN, space + "t": TEXT, space + "den": DENOMINATOR, space + "rPr": DROP}
    for space in _DRAWINGS:
        kinds |= {space + "p": DRAWN_PARAGRAPH, space + "r": RUN, space + "rPr": DRAWN_LOOK, space + "t": TEXT}
        kinds |= {space + "br": SPACE, space + "blip": PICTURE}
    kinds |= {space + "chart": CHART for space in _CHARTS} | {space + "relIds": DIAGRAM for space in _DIAGRAMS}
    kinds |= {_VML + "imagedata": PICTURE, _VML + "textpath": WORDART, _MC + "AlternateContent": CHOICE}
    return kinds


KINDS = _kinds()
PARAGRAPHS = tuple(space + "p" for space in SPACES)
TEXTS = tuple(space + "t" for space in SPACES)
OTHER_TEXTS = tuple(space + "t" for space in (*_DRAWINGS, *_MATHS))
PARAGRAPH_PROPERTIES = tuple(space + "pPr" for space in SPACES)
CELL_PROPERTIES = tuple(space + "tcPr" for space in SPACES)
TOLD = {
    space + name: name
    for space in SPACES
    for name in ("pStyle", "numPr", "outlineLvl", "rPr", "shd", "gridSpan", "vMerge", "hMerge", "cellDel", "cellIns")
}
"""Children of a w:pPr or w:tcPr that say more than how it looks."""
