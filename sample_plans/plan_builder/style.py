"""The look of a layout (``layouts.toml``) and what every layout shares: front page, section A, lists, K, sign-off."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from plan_builder.content import AdviceEntry, Content, Need, Outcome, Provision, in_style
from plan_builder.paper import BOLD, BULLET, Cell, Paper, control, entry, heading, p, prose, run, table

FRONT_TITLE = "Education, Health and Care Plan"
STATUS = {"draft": "Draft", "final": "Final", "amended": "Amended final", "": ""}
ALL = ("communication", "cognition", "semh", "sensory", "independence", "health", "care")
HOME = {"C": "health", "G": "health", "D": "care", "H1": "care", "H2": "care"}
Item = Need | Outcome | Provision


@dataclass(frozen=True)
class Style:
    """One layout's headings, labels and manners."""

    key: str
    shape: str
    areas: tuple[str, ...]
    names: dict[str, str]
    labels: dict[str, str]
    heads: dict[str, str]
    advice: tuple[str, ...]
    signoff: str
    front: str = "table"
    items: str = "numbers"
    landscape: bool = False
    split: bool = False
    contents: str = ""
    guidance: bool = False
    unlettered: bool = False
    controls: bool = False
    tracked: bool = False
    group: str = ""
    notes: dict[str, str] = field(default_factory=dict)


@functools.cache
def styles() -> dict[str, Style]:
    """All layouts by name."""
    table_of = tomllib.loads(Path(__file__).with_name("layouts.toml").read_text(encoding="utf-8"))
    lists = ("areas", "advice")
    out: dict[str, Style] = {}
    for key, values in table_of.items():
        shown: dict[str, Any] = {name: tuple(v) if name in lists else v for name, v in values.items()}
        out[key] = Style(key=key, **shown)
    return out


@dataclass
class Page:
    """A plan being poured into a layout."""

    plan: Content
    style: Style
    paper: Paper
    running: dict[str, int] = field(default_factory=dict)
    """Decimal numbers given so far, by section."""

    def words(self, text: str) -> str:
        """A heading with the child's own words filled in."""
        child = self.plan.child
        his = {"he": "his", "she": "her", "they": "their"}[child.pronoun]
        return text.format(
            name=child.name, surname=child.surname, his=his, he=child.pronoun, authority=self.plan.plan.authority
        )

    def head(self, letter: str) -> str:
        """The words of a section's heading."""
        return self.words(self.style.heads[letter])

    def has(self, letter: str) -> bool:
        """Whether the document has the section at all."""
        return letter not in self.plan.leave_out

    def area(self, key: str) -> str:
        """The layout's name for an area of need."""
        return self.style.names.get(key, {"health": "Health", "care": "Social care"}.get(key, key))

    def areas(self) -> list[str]:
        """The areas of section B that the plan speaks of, in the layout's order."""
        used = {n.area for n in self.plan.needs if n.section == "B"}
        used |= {s.area for s in self.plan.strengths} | {o.area for o in self.plan.outcomes}
        used |= {x.area for x in self.plan.provisions if x.section == "F"}
        used |= {n.area for n in self.plan.none if n.area and n.section in "BEF"}
        return [key for key in self.style.areas if key in used]

    def needs(self, section: str, area: str = "") -> list[Need]:
        """Needs of a section, of one area or all."""
        return [n for n in self.plan.needs if n.section == section and area in ("", n.area)]

    def outcomes(self, area: str = "") -> list[Outcome]:
        """Outcomes of one area or all."""
        return [o for o in self.plan.outcomes if area in ("", o.area)]

    def provisions(self, section: str, area: str = "") -> list[Provision]:
        """Provision of a section, of one area or all."""
        return [x for x in self.plan.provisions if x.section == section and area in ("", x.area)]

    def strengths(self, area: str) -> list[str]:
        """What the child can do, in one area."""
        return [s.text for s in self.plan.strengths if s.area == area]

    def nothing(self, section: str, area: str = "") -> list[str]:
        """What is said where there is nothing: of one area, or of the section as a whole."""
        return [n.text for n in self.plan.none if n.section == section and (n.area or "") == area]

    def extras(self, after: str) -> None:
        """Unlettered parts that stand after a section."""
        for part in self.plan.extra:
            if part.after == after:
                self.paper.add(heading(part.heading, 1), *prose(part.text))

    def date(self, name: str) -> str:
        """One of the plan's dates as it is printed."""
        return in_style(getattr(self.plan.plan, name), self.plan.plan.date_style)


def told(item: Item) -> str:
    """An item's words, with its evidence tag."""
    text = item.text.strip()
    return f"{text} ({item.source})" if isinstance(item, Need) and item.source else text


def more(item: Item, *, skip: Sequence[str] = ()) -> list[str]:
    """The lines under an item, for what stands in no column of its own."""
    labels = (
        ("who", "By whom"),
        ("frequency", "How often"),
        ("duration", "How long"),
        ("group", "Group size"),
        ("where", "Where"),
        ("review", "Review"),
        ("when", "By when"),
        ("measure", "How we will know"),
        ("steps", "Steps towards this outcome"),
    )
    out = []
    for name, label in labels:
        value = getattr(item, name, "")
        if value and name not in skip:
            out.append(f"{label}: {value}")
    return out


def front(page: Page) -> None:
    """Title, personal details and dates."""
    plan, labels, paper = page.plan, page.style.labels, page.paper
    paper.add(p(FRONT_TITLE, style="Title"), p(plan.plan.authority, looks=BOLD))
    dated = labels[plan.plan.status] if plan.plan.status else "Date of this plan"
    rows = [
        ("Name", plan.full_name),
        (labels["born"], in_style(plan.child.born, plan.plan.date_style)),
        (labels["year"], plan.child.year_group),
        (labels["setting"], plan.child.setting),
        ("Parents or carers", plan.child.parents),
        (labels["status"], STATUS[plan.plan.status]),
        ("Version", plan.plan.version),
        ("Date of request for assessment", page.date("request_date")),
        ("Date draft plan sent", page.date("draft_sent")),
        ("Comments on the draft to be returned by", page.date("comments_by")),
        ("Date of annual review meeting", page.date("review_meeting")),
        (labels["first"], page.date("first_issued")),
        (dated, page.date("plan_date")),
        (labels["review"], page.date("review_date")),
        *((detail.label, detail.value) for detail in plan.details),
    ]
    rows = [(label, value) for label, value in rows if value]
    if page.style.front == "table":
        wrap: Callable[[str], str] = (lambda text: control(p(text), "field")) if page.style.controls else p
        paper.add(table([(Cell([label], bold=True), Cell([wrap(value)])) for label, value in rows], 2))
    else:
        paper.add(*(p(f"{label}: {value}") for label, value in rows))
    page.extras("front")
    paper.add(*(p(text) for text in plan.leftovers))


def views(page: Page, level: int = 2) -> list[str]:
    """The parts of section A."""
    out: list[str] = []
    for part in page.plan.a:
        out += [heading(part.heading, level)] if part.heading else []
        out += prose(part.text)
    return out


def advice_table(page: Page) -> str:
    """Section K as a table with the layout's columns."""
    style = page.plan.plan.date_style

    def cell(header: str, row: AdviceEntry) -> str:
        name = header.casefold()
        if name in ("author", "author(s)"):
            return row.author
        if name == "role":
            return row.role
        if "author" in name and "role" in name:
            return f"{row.author} - {row.role}".strip(" -")
        if "author" in name:
            return f"{row.title} – {row.author}".strip(" –")
        if "received" in name:
            return in_style(row.received, style)
        if name.startswith("date"):
            return in_style(row.date, style)
        if name == "appended":
            return row.appended
        return row.title

    headers = page.style.advice
    rows = [[Cell([h], bold=True, shade="D9E2F3") for h in headers]]
    rows += [[Cell([cell(h, row)]) for h in headers] for row in page.plan.advice]
    return table(rows, len(headers), header_rows=1)


def placement(page: Page) -> list[str]:
    """Section I's content."""
    where = page.plan.i
    out = prose(where.text) if where.text else []
    if where.name or where.type:
        head = [Cell(["Name of setting"], bold=True), Cell(["Type of setting"], bold=True)]
        out.append(table([head, [where.name, where.type]], 2))
    return out


def sign_off(page: Page) -> None:
    """Who signed, unlettered; and what else stands at the end."""
    signed = page.plan.signoff
    if signed:
        page.paper.add(heading(page.words(page.style.signoff), 1))
        rows = [
            ("Officer name", signed.name),
            ("Signature", signed.signature or signed.name),
            ("Role", signed.role),
            ("Date", in_style(signed.date, page.plan.plan.date_style)),
        ]
        page.paper.add(table([(label, value) for label, value in rows if value], 2))
    page.extras("end")


def item_list(page: Page, section: str, items: Iterable[Item]) -> list[str]:
    """Items in the layout's manner: numbered by Word, typed numbers, bullets, decimals, or rows of a table."""
    items = list(items)
    manner = page.style.items
    if manner == "rows" and items:
        return [_rows(page, section, items)]
    out = []
    number = page.paper.new_list() if manner == "numbers" and items else BULLET
    for count, item in enumerate(items, 1):
        text = told(item)
        if manner == "typed":
            out.append(p(f"{count}. {text}"))
        elif manner == "decimal":
            page.running[section] = page.running.get(section, 0) + 1
            out.append(p(f"{'ABCDEFGHIJK'.index(section[0]) + 3}.{page.running[section]} {text}"))
        else:
            out.append(entry(text, number))
        out += [p(line) for line in more(item)]
    return out


def _rows(page: Page, section: str, items: Sequence[Item]) -> str:
    """Items as a table: their own words, and a column for each thing that any of them says apart."""
    title = {"E": "Outcome", "B": "Need", "C": "Need", "D": "Need"}.get(section, "Provision required")
    columns = {
        "who": "Provided by whom",
        "frequency": "How often",
        "duration": "How long",
        "group": "Group size",
        "where": "Where",
        "review": "Review",
        "when": "By when",
        "measure": "How we will know",
        "steps": "Steps",
    }
    used = [name for name in columns if any(getattr(item, name, "") for item in items)]
    rows = [[Cell([label], bold=True, shade="E7E6E6") for label in (title, *(columns[name] for name in used))]]
    for item in items:
        cells = [told(item), *(getattr(item, name, "") for name in used)]
        if page.style.controls:
            rows.append([Cell([p(control(run(text), "entry"))]) if text else Cell([""]) for text in cells])
        else:
            rows.append([Cell([text]) for text in cells])
    return table(rows, len(used) + 1, header_rows=1)
