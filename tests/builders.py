"""Word files built in code: a zip of XML strings, nothing else. Helpers give XML; ``docx_of`` gives bytes."""
# ruff: noqa: E501  (XML reads better on one line)

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT_W = "http://purl.oclc.org/ooxml/wordprocessingml/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE_R = "http://schemas.openxmlformats.org/package/2006/relationships"
NAMESPACES = (
    f'xmlns:w="{W}" xmlns:r="{R}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" '
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
)
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
BY = 'w:id="1" w:author="A. Officer" w:date="2026-05-01T10:00:00Z"'


def r(text: str, properties: str = "") -> str:
    """A run."""
    looks = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{looks}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def p(content: str = "", *, style: str = "", properties: str = "") -> str:
    """A paragraph of plain words, or of XML where the content begins with a tag."""
    inner = content if content.startswith("<") else r(content) if content else ""
    named = f"<w:pStyle w:val={quoteattr(style)}/>" if style else ""
    own = f"<w:pPr>{named}{properties}</w:pPr>" if named or properties else ""
    return f"<w:p>{own}{inner}</w:p>"


def tc(*content: str, properties: str = "") -> str:
    """A cell of paragraphs; plain words become one."""
    own = f"<w:tcPr>{properties}</w:tcPr>" if properties else ""
    return f"<w:tc>{own}{''.join(c if c.startswith('<') else p(c) for c in content) or p()}</w:tc>"


def tr(*cells: str, properties: str = "") -> str:
    """A row; plain words become cells."""
    own = f"<w:trPr>{properties}</w:trPr>" if properties else ""
    return f"<w:tr>{own}{''.join(c if c.startswith('<w:') else tc(c) for c in cells)}</w:tr>"


def tbl(*rows: str | tuple[str, ...] | list[str], columns: int = 0) -> str:
    """A table; a list of words or cells becomes a row."""
    grid = f"<w:tblGrid>{'<w:gridCol/>' * columns}</w:tblGrid>" if columns else ""
    return f"<w:tbl><w:tblPr/>{grid}{''.join(row if isinstance(row, str) else tr(*row) for row in rows)}</w:tbl>"


def ins(content: str) -> str:
    """A tracked insertion."""
    return f"<w:ins {BY}>{content}</w:ins>"


def deleted(text: str) -> str:
    """A tracked deletion."""
    return f'<w:del {BY}><w:r><w:delText xml:space="preserve">{escape(text)}</w:delText></w:r></w:del>'


def sdt(content: str, properties: str = "") -> str:
    """A content control."""
    return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"


def text_box(content: str) -> str:
    """A run with a DrawingML text box."""
    return (
        "<w:r><w:drawing><wp:inline><a:graphic><a:graphicData><wps:wsp><wps:txbx>"
        f"<w:txbxContent>{content}</w:txbxContent></wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )


def vml_box(content: str) -> str:
    """A run with a VML text box."""
    return f"<w:r><w:pict><v:shape><v:textbox><w:txbxContent>{content}</w:txbxContent></v:textbox></v:shape></w:pict></w:r>"


def either(choice: str, fallback: str) -> str:
    """An mc:AlternateContent."""
    return (
        f'<mc:AlternateContent><mc:Choice Requires="wps">{choice}</mc:Choice>'
        f"<mc:Fallback>{fallback}</mc:Fallback></mc:AlternateContent>"
    )


def picture() -> str:
    """A run with a picture in it."""
    return '<w:r><w:drawing><wp:inline><a:graphic><a:graphicData><a:blip r:embed="rId99"/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>'


def part(root: str, content: str) -> str:
    """An XML part whose root stands in the w: namespace."""
    return f"{HEAD}<w:{root} {NAMESPACES}>{content}</w:{root}>"


def style(key: str, content: str = "", *, name: str = "", based_on: str = "", kind: str = "paragraph") -> str:
    """A style for styles.xml."""
    base = f"<w:basedOn w:val={quoteattr(based_on)}/>" if based_on else ""
    return f'<w:style w:type="{kind}" w:styleId={quoteattr(key)}><w:name w:val={quoteattr(name or key)}/>{base}{content}</w:style>'


def level(at: int, form: str, text: str, extra: str = "") -> str:
    """A level of an abstract list."""
    return f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{extra}<w:lvlText w:val={quoteattr(text)}/></w:lvl>'


def listed(key: int, at: int = 0) -> str:
    """Paragraph properties that make it an entry of a list."""
    return f'<w:numPr><w:ilvl w:val="{at}"/><w:numId w:val="{key}"/></w:numPr>'


def numbering(*levels: str, overrides: str = "") -> str:
    """numbering.xml with one abstract list, as list 1 (and, with overrides, list 2)."""
    second = f'<w:num w:numId="2"><w:abstractNumId w:val="0"/>{overrides}</w:num>' if overrides else ""
    return part(
        "numbering",
        f'<w:abstractNum w:abstractNumId="0">{"".join(levels)}</w:abstractNum>'
        f'<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>{second}',
    )


def relations(*entries: tuple[str, str, str]) -> str:
    """A .rels part of (id, kind, target)."""
    inner = "".join(
        f'<Relationship Id="{key}" Type="{R}/{kind}" Target={quoteattr(target)}/>' for key, kind, target in entries
    )
    return f'{HEAD}<Relationships xmlns="{PACKAGE_R}">{inner}</Relationships>'


def zipped(members: dict[str, str | bytes]) -> bytes:
    """A zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def docx_of(
    body: str,
    *,
    main: str = "word/document.xml",
    document: str | bytes | None = None,
    more: dict[str, str | bytes] | None = None,
    links: tuple[tuple[str, str, str], ...] = (),
    **parts: str,
) -> bytes:
    """A minimal Word file as bytes.

    ``parts`` are side parts by kind: ``styles="<w:styles …>"``, ``footnotes=…``, ``header=…``, ``header2=…``; ``more`` are
    further members, and ``links`` further relationships of the main part. ``document`` replaces the main part.
    """
    content = f"{HEAD}<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>" if document is None else document
    folder, _, name = main.rpartition("/")
    entries = [(f"rId{n}", key.rstrip("0123456789"), f"{key}.xml") for n, key in enumerate(parts, 1)]
    members: dict[str, str | bytes] = {"_rels/.rels": relations(("rId1", "officeDocument", main)), main: content}
    members[f"{folder}/_rels/{name}.rels".lstrip("/")] = relations(*entries, *links)
    members |= {f"{folder}/{key}.xml".lstrip("/"): text for key, text in parts.items()}
    return zipped(members | (more or {}))


def saved(folder: Path, content: bytes, name: str = "plan.docx") -> Path:
    """The bytes as a file."""
    path = folder / name
    path.write_bytes(content)
    return path
