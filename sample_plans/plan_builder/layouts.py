"""The layouts: one function for each shape of document, and ``render`` which chooses among them."""

from __future__ import annotations

from collections.abc import Sequence

from plan_builder.content import Content, Need, Outcome, Provision
from plan_builder.paper import BOLD, GREY, STRIKE, UNDERLINE, Cell, Paper, control, heading, p, prose, run, table
from plan_builder.style import (
    HOME,
    Item,
    Page,
    advice_table,
    front,
    item_list,
    more,
    placement,
    sign_off,
    styles,
    told,
    views,
)

LETTERS = ("A", "B", "C", "D", "E", "F", "G", "H1", "H2", "I", "J", "K")
SHADE = "D9E2F3"
ROWS = 10


def render(plan: Content, layout: str = "") -> bytes:
    """The plan as a Word file in a layout (its own where none is given)."""
    style = styles()[layout or plan.layout]
    status = f"{plan.plan.status.capitalize()} EHC plan".strip()
    paper = Paper(
        style.landscape,
        header=f"{plan.plan.authority}   OFFICIAL – SENSITIVE",
        footer=f"{plan.child.name} {plan.child.surname[:1]}   {status}   Page",
        creator=f"{plan.plan.authority} EHC team",
    )
    page = Page(plan, style, paper)
    front(page)
    if style.contents == "lines":
        _contents_list(page)
    elif style.contents == "table":
        _contents_table(page)
    {
        "linear": _linear,
        "interleaved": _interleaved,
        "department": _department,
        "stacked": _stacked,
        "thread": _thread,
    }[style.shape](page)
    sign_off(page)
    if style.tracked:
        _note_of_changes(page)
    return paper.bytes()


# ---------------------------------------------------------------- lists of all sections at the front

MEANING = {
    "A": "The views, interests and aspirations of the child and their parents or of the young person",
    "B": "The special educational needs",
    "C": "The health care needs which relate to the special educational needs",
    "D": "The social care needs which relate to the special educational needs or to a disability",
    "E": "The outcomes sought",
    "F": "The special educational provision required",
    "G": "Any health care provision reasonably required",
    "H1": "Any social care provision under section 2 of the Chronically Sick and Disabled Persons Act 1970",
    "H2": "Any other social care provision reasonably required",
    "I": "The name and type of the school or other setting",
    "J": "The details of any personal budget",
    "K": "The advice and information gathered",
}


def _contents_list(page: Page) -> None:
    page.paper.add(p("Contents", looks=BOLD))
    page.paper.add(*(p(f"Section {letter}\t{page.head(letter)}\t{n}") for n, letter in enumerate(LETTERS, 2)))


def _contents_table(page: Page) -> None:
    page.paper.add(p("What each section means", looks=BOLD))
    rows = [[Cell(["Section label"], bold=True), Cell(["What the section must include"], bold=True)]]
    page.paper.add(table([*rows, *([f"Section {letter}", MEANING[letter]] for letter in LETTERS)], 2))


# ---------------------------------------------------------------- headings one after the other


def _open(page: Page, letter: str, area: str = "") -> list[str]:
    """A section's heading in the layout's manner."""
    style = page.style
    title = page.head(letter)
    if area:
        return [heading(f"Section {letter} – {area}", 2)]
    if style.split:
        return [heading(f"Section {letter}", 1), p(title, looks=BOLD)]
    if style.controls:
        return [control(heading(title, 1), f"section{letter}")]
    out = [heading(title, 1)]
    if style.guidance and letter in style.notes:
        out.append(p(style.notes[letter], looks=GREY))
    return out


def _by_area(page: Page, letter: str) -> list[str]:
    """B, E or F: the areas one after the other."""
    out: list[str] = []
    areas = [*page.areas(), "health", "care"] if letter in "EF" else page.areas()
    for area in areas:
        items: Sequence[Item] = page.outcomes(area)
        if letter != "E":
            items = page.needs("B", area) if letter == "B" else page.provisions("F", area)
        strengths = page.strengths(area) if letter == "B" else []
        nothing = page.nothing(letter, area)
        if not items and not strengths and not nothing:
            continue
        out.append(heading(page.area(area), 2))
        if strengths:
            out += [p("Strengths", looks=BOLD), *(p(text) for text in strengths), p("Needs", looks=BOLD)]
        out += _items(page, letter, items)
        out += [p(text) for text in nothing]
    return out


def _items(page: Page, letter: str, items: Sequence[Item]) -> list[str]:
    if page.style.tracked:
        return _tracked(page, letter, items)
    return item_list(page, letter, items)


def _body(page: Page, letter: str) -> list[str]:
    """What stands in one section of a linear plan."""
    if letter == "A":
        return views(page)
    if letter in ("B", "E", "F"):
        out = _by_area(page, letter) + [p(text) for text in page.nothing(letter)]
        if letter == "E" and page.plan.targets:
            out += [heading("Arrangements for setting shorter-term targets", 2), *prose(page.plan.targets)]
        return out
    if letter in ("C", "D"):
        strengths = page.strengths(HOME[letter])
        out = [p("Strengths", looks=BOLD), *(p(text) for text in strengths)] if strengths else []
        out += [p("Needs", looks=BOLD)] if strengths and page.needs(letter) else []
        return out + _items(page, letter, page.needs(letter)) + [p(text) for text in page.nothing(letter)]
    if letter in ("G", "H1", "H2"):
        return _items(page, letter, page.provisions(letter)) + [p(text) for text in page.nothing(letter)]
    if letter == "I":
        return placement(page)
    if letter == "J":
        return prose(page.plan.j.text)
    return [advice_table(page)] if page.plan.advice else []


def _linear(page: Page) -> None:
    for letter in LETTERS:
        if page.has(letter):
            page.paper.add(*_open(page, letter), *_body(page, letter))
        page.extras(letter)


def _interleaved(page: Page) -> None:
    """A to D, then for each area E followed by the provision, then I to K."""
    for letter in ("A", "B", "C", "D"):
        if page.has(letter):
            page.paper.add(*_open(page, letter), *_body(page, letter))
        page.extras(letter)
    page.paper.add(heading(page.style.group, 1))
    if page.has("E") and not page.outcomes():
        page.paper.add(*_open(page, "E"), *(p(text) for text in page.nothing("E")))
    for area in [*page.areas(), "health", "care"]:
        outcomes = page.outcomes(area) if page.has("E") else []
        if area not in HOME.values() or page.provisions("F", area):
            letters: tuple[str, ...] = ("F",)
        else:
            letters = ("G",) if area == "health" else ("H1", "H2")
        provisions = {letter: page.provisions(letter, area) for letter in letters if page.has(letter)}
        said = {letter: page.nothing(letter, "" if letter != "F" else area) for letter in provisions}
        if not outcomes and not any(provisions.values()) and not any(said.values()):
            continue
        if outcomes or page.nothing("E", area):
            page.paper.add(*_open(page, "E", page.area(area)), *_items(page, "E", outcomes))
            page.paper.add(*(p(text) for text in page.nothing("E", area)))
        for letter, items in provisions.items():
            if letter == "F":
                page.paper.add(*_open(page, "F", page.area(area)))
            else:
                page.paper.add(*_open(page, letter))
            page.paper.add(*_items(page, letter, items), *(p(text) for text in said[letter]))
    if page.plan.targets:
        page.paper.add(heading("Arrangements for setting shorter-term targets", 2), *prose(page.plan.targets))
    for letter in ("E", "F", "G", "H2"):
        page.extras(letter)
    for letter in ("I", "J", "K"):
        if page.has(letter):
            page.paper.add(*_open(page, letter), *_body(page, letter))
        page.extras(letter)


# ---------------------------------------------------------------- a working document


def _tracked(page: Page, letter: str, items: Sequence[Item]) -> list[str]:
    """Items of which some are tracked insertions, some carry deleted words, some are struck or underlined."""
    out = []
    for count, item in enumerate(items, 1):
        text = f"{count}. {told(item)}"
        manner = (count + "ABCDEFGHIJK".index(letter[0])) % 4
        if manner == 0:
            out.append(p(page.paper.inserted(text, "Case officer")))
        elif manner == 1:
            gone = page.paper.deleted(" The parties no longer ask for these words.", "Parent representative")
            out.append(p(run(text) + gone))
        elif manner == 2:
            out.append(p(run(text, UNDERLINE)))
        else:
            struck = run(" Words that the tribunal has taken out.", BOLD + STRIKE)
            out.append(p(run(text) + struck))
        out += [p(line) for line in more(item)]
    return out


def _note_of_changes(page: Page) -> None:
    page.paper.add(heading("Key to this working document", 1))
    page.paper.add(p("Underlined: agreed. Struck through: taken out. Tracked: proposed and not yet agreed."))


# ---------------------------------------------------------------- tables


ThreadRow = tuple[list[Need], list[Outcome], list[Provision]]


def _linked(
    page: Page, needs: Sequence[Need], outcomes: Sequence[Outcome], provisions: Sequence[Provision]
) -> list[ThreadRow]:
    """Which needs' row an outcome and a provision stand in: by the numbers in the content, else in turn."""
    number_of_need = {id(need): n for n, need in enumerate(page.plan.needs, 1)}
    number_of_outcome = {id(outcome): n for n, outcome in enumerate(page.plan.outcomes, 1)}
    row_of_need = {number_of_need[id(need)]: row for row, need in enumerate(needs)}
    for provision in provisions:  # Needs that share provision share a row.
        met = sorted(row_of_need[n] for n in provision.needs if n in row_of_need)
        row_of_need = {n: met[0] if row in met else row for n, row in row_of_need.items()}
    rows = sorted({*row_of_need.values()}) or [0]
    place: dict[int, int] = {}
    for count, provision in enumerate(provisions):
        linked = [row_of_need[n] for n in provision.needs if n in row_of_need]
        place[id(provision)] = linked[0] if linked else rows[min(count, len(rows) - 1)]
    for count, outcome in enumerate(outcomes):
        own = number_of_outcome[id(outcome)]
        linked = [place[id(x)] for x in provisions if own in x.outcomes]
        place[id(outcome)] = linked[0] if linked else rows[min(count, len(rows) - 1)]
    return [
        (
            [need for need in needs if row_of_need[number_of_need[id(need)]] == row],
            [o for o in outcomes if place[id(o)] == row],
            [x for x in provisions if place[id(x)] == row],
        )
        for row in rows
    ]


def thread_rows(page: Page) -> list[ThreadRow]:
    """The rows of the golden thread that the layout's own tables give; none where sections stand apart."""
    if page.style.shape not in ("department", "thread"):
        return []
    rows: list[ThreadRow] = []
    for area in [*page.areas(), "health", "care"]:
        home = {"health": "C", "care": "D"}.get(area, "B")
        letters = [x for x in {"C": ("G",), "D": ("H1", "H2")}.get(home, ("F",)) if page.has(x)]
        if page.style.shape == "thread":  # One table for each kind of provision; the first holds need and outcome.
            letters = (["F"] if home != "B" and page.provisions("F", area) else letters)[:1]
        provisions = [x for letter in letters for x in page.provisions(letter, area)]
        rows += _linked(page, page.needs(home, area), page.outcomes(area) if page.has("E") else [], provisions)
    return rows


def _cell(items: Sequence[Item], nothing: Sequence[str] = ()) -> Cell:
    """A cell of items, each its own paragraph with its lines under it."""
    parts: list[str] = []
    for item in items:
        parts += [told(item), *more(item)]
    return Cell([*parts, *nothing])


def _columns(page: Page, letters: Sequence[str], area: str, home: str) -> str:
    """A table whose columns are sections: a row for each need of one area."""
    shown = [letter for letter in letters if page.has(letter)]
    needs = page.needs(home, area)
    outcomes = page.outcomes(area)
    by_letter = {letter: page.provisions(letter, area) for letter in shown if letter in ("F", "G", "H1", "H2")}
    rows = _linked(page, needs, outcomes, [x for items in by_letter.values() for x in items])
    out = [[Cell([page.head(letter)], bold=True, shade=SHADE) for letter in shown]]
    where = area if home == "B" else ""
    for n, (need, sought, made) in enumerate(rows):
        row = []
        for letter in shown:
            said = page.nothing(letter, where) if n == 0 else []
            items: Sequence[Item] = (
                need if letter == home else sought if letter == "E" else [x for x in made if x.section == letter]
            )
            row.append(_cell(items, said))
        out.append(row)
    # The template prints ten rows, and nobody takes out the ones that stay empty.
    out += [[Cell() for _ in shown] for _ in range(ROWS - len(rows))]
    return table(out, len(shown), width=14400)


def _titled(page: Page, title: str, rows: Sequence[str], columns: int) -> list[str]:
    """A single-column table of one thing after the other."""
    cells = [[Cell([title], bold=True, shade=SHADE)]]
    return [table([*cells, *([Cell([text])] for text in rows)], columns)]


def _department(page: Page) -> None:
    paper = page.paper
    if page.has("A"):
        history = [part for part in page.plan.a if "history" in part.heading.casefold()]
        other = [part for part in page.plan.a if part not in history]
        if history:
            title = Cell([heading(f"Summary of {page.plan.child.name}’s history", 2)])
            paper.add(table([[Cell(["A1"], bold=True), title]], 2))
            paper.add(*(block for part in history for block in prose(part.text)))
        rows = [[Cell([heading(page.head("A"), 2)])]]
        for part in other:
            rows += [[Cell([part.heading], bold=True)]] if part.heading else []
            rows.append([Cell(prose(part.text))])
        paper.add(table(rows, 1, width=14400))
    page.extras("A")
    for area in page.areas():
        strengths = page.strengths(area)
        letters = [letter for letter in ("B", "F", "E") if page.has(letter)]
        top = Cell([page.style.heads["BFE"], heading(page.area(area), 3)], span=len(letters), bold=True)
        rows = [[top], [Cell(["Strengths"], span=len(letters), bold=True)], [Cell(strengths, span=len(letters))]]
        inner = _columns(page, letters, area, "B")
        band = table(rows, len(letters), width=14400)
        paper.add(_joined(band, inner))
    if page.plan.targets:
        paper.add(heading("Arrangements for setting shorter-term targets", 2), *prose(page.plan.targets))
    for name, columns, area, home in (("CG", "C G E", "health", "C"), ("DH", "D H1 H2 E", "care", "D")):
        if any(page.has(letter) for letter in columns.split()[:-1]):
            paper.add(heading(page.style.heads[name], 1))
            paper.add(*(p(text) for text in page.strengths(area)))
            paper.add(_columns(page, columns.split(), area, home))
    for letter in ("B", "C", "D", "E", "F", "G", "H2"):
        page.extras(letter)
    _last(page)


def _joined(first: str, second: str) -> str:
    """Two tables of the same width as one: the rows of the second after those of the first."""
    body = second.split("</w:tblGrid>", 1)[1]
    return first.rsplit("</w:tbl>", 1)[0] + body


def _last(page: Page) -> None:
    """I, J and K, the same in every layout of tables."""
    for letter in ("I", "J", "K"):
        if page.has(letter):
            page.paper.add(heading(page.head(letter), 1), *_body(page, letter))
        page.extras(letter)


def _stacked(page: Page) -> None:
    """One table for each area: sections as bands of rows, provision as a grid of its own columns."""
    paper = page.paper
    columns = 4
    if page.has("A"):
        paper.add(heading(page.head("A"), 1), *views(page))
    page.extras("A")

    def wide(text: str | Sequence[str], *, bold: bool = False, shade: str = "") -> Cell:
        return Cell([text] if isinstance(text, str) else text, span=columns, bold=bold, shade=shade)

    for area in [*page.areas(), "health", "care"]:
        home = {"health": "C", "care": "D"}.get(area, "B")
        letters = {"C": ("G",), "D": ("H1", "H2")}.get(home, ("F",))
        if home == "B":
            paper.add(heading(page.area(area), 2))
        rows: list[list[Cell]] = []
        strengths = page.strengths(area)
        if strengths:
            rows += [[wide("Strengths", bold=True, shade="E2EFD9")], [wide(strengths)]]
        where = area if home == "B" else ""
        if page.has(home):
            rows.append([wide(page.head(home), bold=True, shade=SHADE)])
            rows += [[wide(told(need))] for need in page.needs(home, area)]
            rows += [[wide(text)] for text in page.nothing(home, where)]
        if page.has("E") and (page.outcomes(area) or page.nothing("E", where)):
            rows.append([wide(page.head("E"), bold=True, shade=SHADE)])
            rows += [[wide([told(o), *more(o)])] for o in page.outcomes(area)]
            rows += [[wide(text)] for text in page.nothing("E", where)]
        extra = page.provisions("F", area) if home != "B" else []
        for letter in (*(("F",) if extra else ()), *letters):
            if not page.has(letter):
                continue
            rows.append([wide(page.head(letter), bold=True, shade=SHADE)])
            items = page.provisions(letter, area)
            if items:
                names = (page.head(letter).split(" – ")[1].split(" under ")[0], "By whom", "Frequency", "Review")
                rows.append([Cell([name], bold=True) for name in names])
            for item in items:
                under = more(item, skip=("who", "frequency", "review"))
                rows.append([Cell([told(item), *under]), *(Cell([t]) for t in (item.who, item.frequency, item.review))])
            rows += [[wide(text)] for text in page.nothing(letter, where)]
        if rows:
            paper.add(table(rows, columns))
    if page.plan.targets:
        paper.add(heading("Arrangements for setting shorter-term targets", 2), *prose(page.plan.targets))
    for letter in ("B", "C", "D", "E", "F", "G", "H2"):
        page.extras(letter)
    _last(page)


def _thread(page: Page) -> None:
    """A golden thread for each area: a row for each provision, with its need and its outcome before it."""
    paper = page.paper
    if page.has("A"):
        paper.add(heading(page.head("A"), 1), *views(page))
    page.extras("A")
    for area in [*page.areas(), "health", "care"]:
        home = {"health": "C", "care": "D"}.get(area, "B")
        letters = [x for x in {"C": ("G",), "D": ("H1", "H2")}.get(home, ("F",)) if page.has(x)]
        where = area if home == "B" else ""
        letters = [*(["F"] if home != "B" and page.provisions("F", area) else []), *letters]
        for letter in letters:
            paper.add(*_thread_table(page, area, home, letter, where, first=letter == letters[0]))
    if page.plan.targets:
        paper.add(heading("Arrangements for setting shorter-term targets", 2), *prose(page.plan.targets))
    for letter in ("B", "C", "D", "E", "F", "G", "H2"):
        page.extras(letter)
    _last(page)


def _thread_table(page: Page, area: str, home: str, letter: str, where: str, *, first: bool) -> list[str]:
    out = [heading(page.area(area), 2)] if first else []
    out += [p(f"Strengths: {text}") for text in page.strengths(area)] if first else []
    shown = [(home, first), ("E", first), (letter, True)]
    columns = [x for x, wanted in shown if wanted and page.has(x)]
    extras = [("who", "By whom"), ("frequency", "How often"), ("review", "Review")]
    heads = [*(page.head(x) for x in columns), *(label for _, label in extras)]
    needs = page.needs(home, area) if first else []
    outcomes = page.outcomes(area) if first and page.has("E") else []
    provisions = page.provisions(letter, area)
    said = [page.nothing(x, where) for x in columns]
    rows: list[list[Cell]] = [[Cell([h], bold=True, shade=SHADE) for h in heads]]
    for need, sought, made in _linked(page, needs, outcomes, provisions):
        for n in range(max(len(sought), len(made), 1 if need or not rows[1:] else 0)):
            mine: dict[str, list[Item]] = {
                home: list(need) if n == 0 else [],
                "E": list(sought[n : n + 1]),
                letter: list(made[n : n + 1]),
            }
            cells = [_cell(mine.get(x, []), s if len(rows) == 1 else ()) for x, s in zip(columns, said, strict=True)]
            if made[n : n + 1]:
                under = more(made[n], skip=[name for name, _ in extras])
                cells[-1] = Cell([told(made[n]), *under])
            if need:
                merge = "restart" if n == 0 else "continue"
                cells[0] = Cell(cells[0].parts, merge=merge)
            cells += [Cell([getattr(made[n], name)]) if n < len(made) else Cell([""]) for name, _ in extras]
            rows.append(cells)
    out.append(table(rows, len(heads), header_rows=1, width=14400))
    return out
