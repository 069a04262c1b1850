"""Words to WordprocessingML: paragraphs, lists, tables, tracked changes and content controls, and the file around them.

python-docx makes the package once in a process (styles, theme, relationships); a plan's body is then written as XML
strings, because a caseload of thousands of plans built cell by cell through python-docx takes hours. The same words
give the same bytes: the zip's times, the core properties and every id are fixed.
"""

from __future__ import annotations

import functools
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

Zipped = tuple[int, int, int, int, int, int]
STAMP: Zipped = (2026, 1, 5, 9, 0, 0)
"""Time of every member of the zip."""
WHEN = "2026-01-05T09:00:00Z"
KEPT_STYLES = {"Table Grid", "Normal Table", "TableNormal"}
BULLET, NUMBER, LETTER = 1, 2, 3
"""Abstract lists: bullets, "1." and "(a)"."""


def run(text: str, looks: str = "") -> str:
    """A run of text; a line break in the text is one in Word, a tab a tab."""
    properties = f"<w:rPr>{looks}</w:rPr>" if looks else ""
    pieces = []
    for part in re.split(r"([\n\t])", text):
        if part == "\n":
            pieces.append("<w:br/>")
        elif part == "\t":
            pieces.append("<w:tab/>")
        elif part:
            pieces.append(f'<w:t xml:space="preserve">{escape(part)}</w:t>')
    return f"<w:r>{properties}{''.join(pieces)}</w:r>"


FONT = '<w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:cs="Arial"/>'
SIZE = '<w:sz w:val="22"/><w:szCs w:val="22"/>'


def runs(text: str, looks: str = "") -> str:
    """The same words as Word leaves them after some editing: in runs of a few words, each with its font and session."""
    mark = zlib.crc32(text.encode())
    words = text.split(" ")
    out = []
    while words:
        size = 4 + mark % 11
        mark = (mark * 1_103_515_245 + 12_345) & 0x7FFFFFFF
        piece, words = " ".join(words[:size]), words[size:]
        inner = run(piece + (" " if words else ""), FONT + looks + SIZE)
        out.append(inner.replace("<w:r>", f'<w:r w:rsidR="00{mark % 0xFFFFFF:06X}">', 1))
        if words and mark % 5 == 0:
            out.append('<w:proofErr w:type="gramStart"/>')
    return "".join(out)


BOLD, ITALIC, UNDERLINE, STRIKE = "<w:b/>", "<w:i/>", '<w:u w:val="single"/>', "<w:strike/>"
GREY = '<w:color w:val="808080"/>'


def p(content: str = "", *, style: str = "", looks: str = "", listed: str = "", more: str = "") -> str:
    """A paragraph of plain words, or of runs where the content begins with a tag."""
    inner = content if content.startswith("<w:") else runs(content, looks) if content else ""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    properties = f"<w:pPr>{named}{listed}{more}</w:pPr>" if named or listed or more else ""
    return f'<w:p w:rsidR="00A4512C" w:rsidRDefault="00A4512C">{properties}{inner}</w:p>'


def heading(text: str, level: int = 1) -> str:
    """A heading in Word's own style."""
    return p(text, style=f"Heading{level}")


def entry(text: str, number: int, level: int = 0) -> str:
    """A paragraph of list ``number``."""
    listed = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
    return p(text, style="ListParagraph", listed=listed)


def prose(text: str) -> list[str]:
    """Paragraphs of a text whose paragraphs are parted by empty lines and whose bullets begin with "- "."""
    out: list[str] = []
    for part in re.split(r"\n\s*\n", text.strip()):
        words: list[str] = []
        for line in part.splitlines():
            if line.lstrip().startswith("- "):
                if words:
                    out.append(p(" ".join(words)))
                    words = []
                out.append(entry(line.lstrip()[2:].strip(), BULLET))
            else:
                words.append(line.strip())
        if words:
            out.append(p(" ".join(words)))
    return [paragraph for paragraph in out if paragraph != p()]


@dataclass(frozen=True)
class Cell:
    """A cell: paragraphs as words or XML, over so many columns."""

    parts: Sequence[str] = ()
    span: int = 1
    bold: bool = False
    shade: str = ""
    merge: str = ""
    """``restart`` or ``continue`` of a cell merged downwards."""

    def xml(self, width: int) -> str:
        """The cell as ``w:tc``."""
        shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{self.shade}"/>' if self.shade else ""
        span = f'<w:gridSpan w:val="{self.span}"/>' if self.span > 1 else ""
        merge = f'<w:vMerge w:val="{self.merge}"/>' if self.merge else ""
        looks = BOLD if self.bold else ""
        inner = "".join(part if part.startswith("<w:") else p(part, looks=looks) for part in self.parts) or p()
        return (
            f'<w:tc><w:tcPr><w:tcW w:w="{width * self.span}" w:type="dxa"/>{span}{merge}{shade}</w:tcPr>{inner}</w:tc>'
        )


Row = Sequence["Cell | str | Sequence[str]"]


def table(rows: Iterable[Row], columns: int, *, header_rows: int = 0, width: int = 9600) -> str:
    """A table of rows; a cell may be words, a list of paragraphs, or a ``Cell``."""
    each = width // columns
    out = []
    for n, row in enumerate(rows):
        cells = [c if isinstance(c, Cell) else Cell([c] if isinstance(c, str) else list(c)) for c in row]
        repeated = "<w:trPr><w:tblHeader/></w:trPr>" if n < header_rows else ""
        out.append(f"<w:tr>{repeated}{''.join(cell.xml(each) for cell in cells)}</w:tr>")
    grid = f'<w:gridCol w:w="{each}"/>' * columns
    look = '<w:tblPr><w:tblStyle w:val="TableGrid"/><w:tblW w:w="0" w:type="auto"/></w:tblPr>'
    return f"<w:tbl>{look}<w:tblGrid>{grid}</w:tblGrid>{''.join(out)}</w:tbl>{p()}"


def control(content: str, tag: str, *, placeholder: bool = False) -> str:
    """A content control around blocks, or around runs inside a paragraph."""
    showing = "<w:showingPlcHdr/>" if placeholder else ""
    return (
        f'<w:sdt><w:sdtPr><w:alias w:val="{escape(tag)}"/><w:tag w:val="{escape(tag)}"/>{showing}</w:sdtPr>'
        f"<w:sdtContent>{content}</w:sdtContent></w:sdt>"
    )


@dataclass
class Paper:
    """A Word file being written."""

    landscape: bool = False
    header: str = ""
    footer: str = ""
    title: str = "Education, Health and Care Plan"
    creator: str = "EHC team"
    blocks: list[str] = field(default_factory=list)
    lists: int = 3
    revisions: int = 0

    def add(self, *blocks: str) -> None:
        """Paragraphs or tables at the end."""
        self.blocks.extend(blocks)

    def new_list(self, kind: int = NUMBER) -> int:
        """The number of a list that counts from 1 again."""
        if kind == BULLET:
            return BULLET
        self.lists += 1
        return self.lists * 10 + kind

    def inserted(self, text: str, author: str, looks: str = "") -> str:
        """A tracked insertion."""
        self.revisions += 1
        return f'<w:ins w:id="{self.revisions}" w:author="{escape(author)}" w:date="{WHEN}">{run(text, looks)}</w:ins>'

    def deleted(self, text: str, author: str) -> str:
        """A tracked deletion."""
        self.revisions += 1
        gone = f'<w:r><w:delText xml:space="preserve">{escape(text)}</w:delText></w:r>'
        return f'<w:del w:id="{self.revisions}" w:author="{escape(author)}" w:date="{WHEN}">{gone}</w:del>'

    def bytes(self) -> bytes:
        """The file."""
        members = dict(_package())
        size = ("16838", "11906", ' w:orient="landscape"') if self.landscape else ("11906", "16838", "")
        start, end = members["word/document.xml"].decode().split("<w:sectPr", 1)
        end = re.sub(r"<w:pgSz[^>]*/>", f'<w:pgSz w:w="{size[0]}" w:h="{size[1]}"{size[2]}/>', end, count=1)
        members["word/document.xml"] = f"{start}{''.join(self.blocks)}<w:sectPr{end}".encode()
        members["word/numbering.xml"] = _numbering(sorted({int(n) for n in self._used_lists()})).encode()
        for name, words in (("word/header1.xml", self.header), ("word/footer1.xml", self.footer)):
            members[name] = members[name].decode().replace("@@MARGIN@@", escape(words)).encode()
        core = members["docProps/core.xml"].decode()
        core = core.replace("@@TITLE@@", escape(self.title)).replace("@@CREATOR@@", escape(self.creator))
        members["docProps/core.xml"] = core.encode()
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members.items():
                info = zipfile.ZipInfo(name, STAMP)
                info.compress_type = zipfile.ZIP_DEFLATED
                info.create_system = 0
                archive.writestr(info, content)
        return out.getvalue()

    def _used_lists(self) -> Iterable[str]:
        for block in self.blocks:
            yield from re.findall(r'<w:numId w:val="(\d+)"', block)


def _numbering(used: Sequence[int]) -> str:
    """numbering.xml: three abstract lists, and one list for every number that a paragraph names."""
    forms = {BULLET: ("bullet", "•"), NUMBER: ("decimal", "%1."), LETTER: ("lowerLetter", "(%1)")}
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    out = [f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:numbering {space}>']
    for key, (form, text) in forms.items():
        level = f'<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/>'
        level += '<w:lvlJc w:val="left"/><w:pPr><w:ind w:left="720" w:hanging="360"/></w:pPr></w:lvl>'
        out.append(f'<w:abstractNum w:abstractNumId="{key}">{level}</w:abstractNum>')
    for number in used:
        kind = number if number <= LETTER else number % 10
        again = "" if kind == BULLET else '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
        out.append(f'<w:num w:numId="{number}"><w:abstractNumId w:val="{kind}"/>{again}</w:num>')
    return "".join([*out, "</w:numbering>"])


@functools.cache
def _package() -> tuple[tuple[str, bytes], ...]:
    """The members of an empty document of python-docx, without the hundred table styles that no plan uses."""
    import docx

    document = docx.Document()
    section = document.sections[0]
    for margin in (section.header, section.footer):
        margin.paragraphs[0].text = "@@MARGIN@@"
    properties = document.core_properties
    properties.title, properties.author, properties.comments = "@@TITLE@@", "@@CREATOR@@", ""
    styles = document.styles.element
    for style in list(styles):
        kind = style.get(f"{{{style.nsmap['w']}}}type")
        if kind == "table" and style.name_val not in KEPT_STYLES:
            styles.remove(style)
    for part in (document.part, document.part.package):
        for key, relation in list(part.rels.items()):
            if relation.reltype.endswith(("/stylesWithEffects", "/customXml", "/thumbnail")):
                del part.rels[key]
    out = io.BytesIO()
    document.save(out)
    with zipfile.ZipFile(out) as archive:
        return tuple((name, archive.read(name)) for name in archive.namelist())
