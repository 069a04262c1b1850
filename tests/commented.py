"""Plans with findings made in code, their commented copies, and what stands in a copy; read apart from our own walk."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import docx
from builders import HEAD, docx_of
from lxml import etree
from rich_run import run_of

from ehcaudit.model import Evidence, Finding, Plan, PlanAudit, Result, RuleCard, Run, Scorecard, Source, fingerprint
from ehcaudit.readers import read
from ehcaudit.reports.comments import write_copy

SAMPLES = Path(__file__).parents[1] / "sample_plans"
W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
W15 = "{http://schemas.microsoft.com/office/word/2012/wordml}"
TYPES = (
    f'{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
CARD = RuleCard(
    "provision/vague",
    "Provision is vague",
    "provision",
    "major",
    "medium",
    "case",
    "Nobody can tell whether it was given.",
    "Say how often.",
    (Source("L v Clarke and Somerset [1998] ELR 129", date(2026, 11, 23)),),
    ("F",),
    4,
)
DAY = date(2026, 11, 24)


def saved(folder: Path, body: str, name: str = "plan.docx", **more: Any) -> Path:
    path = folder / name
    path.write_bytes(docx_of(body, more={"[Content_Types].xml": TYPES, **more.pop("more", {})}, **more))
    return path


def found(document: Any, *quotes: str | Evidence, section: str = "F", query: bool = False) -> Finding:
    """A finding on words that stand somewhere in the document."""
    evidence = tuple(quote if isinstance(quote, Evidence) else where(document, quote) for quote in quotes)
    print_of = fingerprint(CARD.id, section, " ".join(part.quote for part in evidence))
    quoted = "“" + " … ".join(part.quote for part in evidence) + "”"
    return Finding(
        CARD.id, f"{quoted} is vague.", "major", "medium", "case", section, evidence, CARD.fix, print_of, query
    )


def where(document: Any, quote: str) -> Evidence:
    for block in (*document.blocks, *document.margins):
        if (at := block.text.find(quote)) >= 0:
            return Evidence(block.id, at, at + len(quote), quote)
    raise AssertionError(f"{quote!r} is not in the document")


def audited(path: Path, *quotes: str | Evidence | tuple[str, ...], document: Any = None) -> PlanAudit:
    """An audit whose findings are these words (several for one finding as a tuple; none as an empty tuple)."""
    document = document or read(path)
    findings = tuple(found(document, *(quote if isinstance(quote, tuple) else (quote,))) for quote in quotes)
    result = Result(CARD.id, "not_met", findings=findings)
    return PlanAudit(str(path), document.sha256, Plan(document, {}), Scorecard(50.0, None, 1.0, {}, {}), (result,))


def run_with(*plans: PlanAudit) -> Run:
    return replace(run_of(*plans, failures=()), cards={CARD.id: CARD}, as_of=DAY)


def commented(path: Path, *quotes: str | Evidence | tuple[str, ...], document: Any = None, name: str = "copy") -> Path:
    copy = path.parent / f"{name}.docx"
    plan = audited(path, *quotes, document=document)
    write_copy(plan, run_with(plan), copy)
    return copy


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def tree(path: Path, name: str = "word/document.xml") -> Any:
    return etree.fromstring(parts(path)[name])


def local(element: Any) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def attribute(element: Any, name: str) -> str:
    return next((text for key, text in element.items() if key.rpartition("}")[2] == name), "")


def said(element: Any) -> Iterator[str]:
    """What an element of a run shows, told apart from the reader's own walk."""
    name = local(element)
    if name == "t":
        yield element.text or ""
    elif name in ("tab", "br", "cr"):
        yield " "
    elif name == "noBreakHyphen":
        yield "-"


def is_dead(element: Any) -> bool:
    around = [element, *element.iterancestors()]
    if any(local(one) in ("del", "moveFrom", "Fallback") for one in around):
        return True
    run = next((one for one in around if local(one) == "r"), None)
    return run is not None and any(local(look) in ("strike", "vanish") for one in run[:1] for look in one)


def under(path: Path) -> dict[str, str]:
    """Comment id → the live words between its marks, space normalised, paragraphs a space apart."""
    open_now: dict[str, list[str]] = {}
    closed: dict[str, str] = {}
    for element in tree(path).iter():
        name = local(element)
        if name == "commentRangeStart":
            open_now[attribute(element, "id")] = []
        elif name == "commentRangeEnd":
            closed[attribute(element, "id")] = " ".join("".join(open_now.pop(attribute(element, "id"))).split())
        elif name == "p":
            for words in open_now.values():
                words.append(" ")
        elif open_now and not is_dead(element):
            for words in open_now.values():
                words += said(element)
    assert open_now == {}
    return closed


def words_of(path: Path) -> list[str]:
    return sorted(under(path).values())


def told(path: Path) -> dict[str, str]:
    """Comment id → its words, a paragraph a line."""
    return {
        attribute(comment, "id"): "\n".join("".join(p.itertext()) for p in comment if local(p) == "p")
        for comment in tree(path, "word/comments.xml")
    }


def states(path: Path) -> list[str]:
    """Whether each comment is resolved, in the order of the comments."""
    done = {entry.get(f"{W15}paraId"): entry.get(f"{W15}done") for entry in tree(path, "word/commentsExtended.xml")}
    return [done.get(comment[-1].get(f"{W14}paraId"), "") for comment in tree(path, "word/comments.xml")]


def letters(path: Path) -> list[tuple[str, bytes]]:
    """Every character of the text with the looks of its run, in order, live or not."""
    found: list[tuple[str, bytes]] = []
    for element in tree(path).iter():
        if local(element) in ("t", "delText", "instrText"):
            run = element.getparent()
            looks = etree.tostring(run[0], method="c14n") if len(run) and local(run[0]) == "rPr" else b""
            found += [(letter, looks) for letter in element.text or ""]
    return found


def same_plan(path: Path, copy: Path) -> None:
    """The copy reads as the original does, and only what has to has changed."""
    before, after = parts(path), parts(copy)
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {
        "word/document.xml",
        "word/comments.xml",
        "word/commentsExtended.xml",
        "word/_rels/document.xml.rels",
        "[Content_Types].xml",
    }
    assert set(after) - set(before) <= {
        "word/comments.xml",
        "word/commentsExtended.xml",
        "word/_rels/document.xml.rels",
    }
    assert letters(path) == letters(copy)
    one, other = read(path), read(copy)
    assert [b.text for b in one.blocks] == [b.text for b in other.blocks]
    assert [b.marks for b in one.blocks] == [b.marks for b in other.blocks]
    assert one.tables == other.tables
    legal(copy)


RUN_LEVEL = {"p", "hyperlink", "ins", "moveTo", "del", "sdtContent", "fldSimple", "smartTag", "customXml", "dir", "bdo"}


def legal(copy: Path) -> None:
    """Each mark once, where the schema lets it stand; the parts that it needs are declared and related."""
    root = tree(copy)
    ids = [attribute(c, "id") for c in tree(copy, "word/comments.xml")] if "word/comments.xml" in parts(copy) else []
    assert len(ids) == len(set(ids))
    order: list[str] = []
    for name in ("commentRangeStart", "commentRangeEnd"):
        marks = [element for element in root.iter() if local(element) == name]
        assert sorted(attribute(mark, "id") for mark in marks) == sorted(ids)
        assert {local(mark.getparent()) for mark in marks} <= RUN_LEVEL
        order.append(name)
    references = [element for element in root.iter() if local(element) == "commentReference"]
    assert sorted(attribute(mark, "id") for mark in references) == sorted(ids)
    assert {local(mark.getparent()) for mark in references} <= {"r"}
    assert {local(mark.getparent().getparent()) for mark in references} <= RUN_LEVEL
    for run in root.iter():
        if local(run) == "r":
            assert "rPr" not in [local(child) for child in run][1:]
            assert len(run)
    for content in ("comments", "commentsExtended") if ids else ():
        assert f"/word/{content}.xml".encode() in parts(copy)["[Content_Types].xml"]
        assert f'Target="{content}.xml"'.encode() in parts(copy)["word/_rels/document.xml.rels"]
    docx.Document(str(copy))
