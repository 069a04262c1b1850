"""Needs beyond the wording of one sentence → hits: areas left empty, strengths left out, attainment without a date."""

from __future__ import annotations

from ehcaudit.checks.base import Answer, Context, Hit, Options, check, heading_evidence, items_in, letters, over_items
from ehcaudit.checks.statement import gap, spread
from ehcaudit.language import cues
from ehcaudit.model import Evidence, Plan, Section, Status


class NoOptions(Options):
    """A check without choices."""


_BROAD = {
    "communication": "communication and interaction",
    "cognition": "cognition and learning",
    "semh": "social, emotional and mental health",
    "sensory": "sensory and physical",
}
"""The four broad areas of the Code of Practice, 6.28 to 6.35."""


def _trailing(plan: Plan, section: Section) -> tuple[int, ...]:
    """An area's heading right after the section's last words, which counts to the section that it stands before.

    Only where both sections have one heading, so that the area's name does not open a new round of sections.
    """
    after = max((*section.blocks, *section.headings), default=-1) + 1
    following = plan.sections.get(plan.section_of.get(after, ""))
    alone = following and len(section.headings) == 1 and following.headings in ((after + 1,), (after, after + 1))
    return (after,) if alone and after in plan.area_of else ()


@check("area-empty", NoOptions)
def area_empty(plan: Plan, _options: NoOptions, where: tuple[str, ...], _context: Context) -> Answer:
    """Areas of need that have a heading in the section and not a word under it, "none" included.

    Where the section is divided into areas and one of the four broad ones is not there at all, a person decides: it may
    have been looked at and left out.
    """
    if unread := gap(plan, where):
        return Answer("not_assessed", reason=unread)
    hits: list[Hit] = []
    asked = 0
    for letter in letters(where):
        section = plan.sections.get(letter)
        headed: dict[str, int] = {}
        filled = {item.area for item in plan.items if item.section == letter}
        parts = {*section.headings, *section.blocks, *_trailing(plan, section)} if section else ()
        for number in sorted(parts):
            area = plan.area_of.get(number, "")
            block = plan.document.blocks[number]
            if block.kind == "heading" or block.bold:
                if area and area not in ("health", "care"):  # Those are the matters of sections C and D.
                    headed.setdefault(area, number)
            else:
                filled.add(area)
        asked += len(headed)
        for area, number in headed.items():
            if area not in filled:
                text = plan.document.blocks[number].text
                said = {"fault": f"Nothing stands under “{text}”"}
                hits.append(Hit((Evidence(number, 0, len(text), text),), letter, said))
        if len(headed.keys() & _BROAD.keys()) >= 2:
            for area in _BROAD.keys() - headed.keys() - filled:
                asked += 1
                said = {"fault": f"Section {letter} is divided into areas and says nothing of {_BROAD[area]} needs"}
                hits.append(Hit((), letter, said, query=True))
    if not asked:
        return Answer("not_applicable", reason="The section is not divided into areas of need.")
    hits.sort(key=lambda hit: (hit.query, hit.values["fault"]))
    faults = [hit for hit in hits if not hit.query]
    status: Status = "not_met" if faults else "query" if hits else "met"
    return Answer(status, tuple(hits), met=asked - len(hits), items=asked)


@check("strengths", NoOptions)
def strengths(plan: Plan, _options: NoOptions, where: tuple[str, ...], _context: Context) -> Answer:
    """Whether any of the sections says what the child does well; the finding points at the last of them."""
    if unread := gap(plan, where):
        return Answer("not_assessed", reason=unread)
    there = [letter for letter in letters(where) if letter in plan.sections]
    words = cues.flat("\n".join(plan.text_of(letter) for letter in there))
    if not there or len(words.split()) < 12:
        return Answer("not_applicable", reason="These sections hold too few words to ask.")
    parts = [plan.sections[letter] for letter in there]
    blocks = [number for part in parts for number in (*part.headings, *part.blocks)]
    if cues.pattern("strengths", "says").search(words) or any(_labels_strengths(plan, number) for number in blocks):
        return Answer("met")
    return Answer("not_met", (Hit(heading_evidence(plan, there[-1]), there[-1]),))


def _labels_strengths(plan: Plan, number: int) -> bool:
    """Whether a block is labelled as strengths and says something: after the label, or in the block that follows."""
    words = cues.flat(plan.document.blocks[number].text)
    label = cues.pattern("strengths", "label").search(words)
    if label is None:
        return False
    if len(words[label.end() :].split()) > 2:
        return True
    after = plan.document.blocks[number + 1] if number + 1 < len(plan.document.blocks) else None
    return after is not None and after.kind != "heading" and not after.bold and bool(after.text.strip())


@check("attainment-undated", NoOptions)
def attainment_undated(plan: Plan, _options: NoOptions, where: tuple[str, ...], _context: Context) -> Answer:
    """Levels and ages of attainment whose statement says neither when nor at what age they were found."""
    hits: list[Hit] = []
    asked = 0
    for item in items_in(plan, where):
        words = cues.flat(item.text)
        found = [m.span() for m in cues.pattern("strengths", "attainment").finditer(words)]
        if not found or item.none_stated:
            continue
        asked += 1
        beside = " ".join(cues.flat(part.quote) for part in item.attached.values())
        rest = cues.pattern("strengths", "attainment").sub(" ", words) + " " + beside
        if not cues.pattern("strengths", "dated").search(rest):
            quotes = tuple(part for start, end in found for part in spread(item.evidence, start, end))
            hits.append(Hit(quotes, item.section, item=item.id))
    answer = over_items(hits, asked, nothing="No attainment is given.")
    unread = gap(plan, where)
    return Answer("not_assessed", answer.hits, reason=unread) if unread else answer
