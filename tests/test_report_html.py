"""The HTML report: one self-contained page a plan and an overview; safe, small, whole, and made for its readers."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import tomllib
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import pytest
from rich_run import BLOCKS, CARDS, GOOD, PLAN, ROBIN, quote, run_of

from ehcaudit.language.readability import readability
from ehcaudit.model import (
    Advice,
    Block,
    Document,
    Evidence,
    Finding,
    Item,
    Part,
    Plan,
    PlanAudit,
    Result,
    RuleCard,
    Scorecard,
    Thread,
)
from ehcaudit.reports import ReportOptions, render
from ehcaudit.reports.base import EDITIONS
from ehcaudit.reports.files import targets
from ehcaudit.reports.html import addresses
from ehcaudit.reports.redact import few, redacted
from ehcaudit.reports.site.caseload import gather, list_page, overview_page
from ehcaudit.reports.site.drawing import _wrapped, draw_thread, draw_timeline, thread_rows
from ehcaudit.reports.site.plainly import parent_words, said_plainly
from ehcaudit.reports.site.plan_page import plan_page
from ehcaudit.reports.site.steps import five_things
from ehcaudit.reports.whose import who_can_fix
from ehcaudit.rules import THEMES, load_rules

UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u061c\u2028-\u202e\u2066-\u2069\ufeff]")
VOID = {"meta", "link", "br", "input", "img", "hr", "rect", "circle", "path"}
ATTACK = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'{{ 7*7 }}&\x1b[2J\u202egnp.\ud800"
PARENT_PARTS = (("title", "title"), ("ask", "fix"), ("praise", "praise"))
"""(What a family is told, the rule's own field.)"""
ONE = run_of(ROBIN, failures=())
MANY = run_of(ROBIN, GOOD)


class Page(HTMLParser):
    """A page as it was written: every element, its words, and whether each one that opens is closed in its turn."""

    def __init__(self, markup: bytes | str):
        super().__init__(convert_charrefs=True)
        self.markup = markup.decode("utf-8") if isinstance(markup, bytes) else markup
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self.words: list[str] = []
        self.marked: list[str] = []
        self.feed(self.markup)
        self.close()
        self.wrong += [f"{tag} is never closed" for tag in self.open]

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "mark":
            self.marked.append("")

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag not in ("mark", "span", "tspan", "b", "strong", "code", "a"):
            self.words.append(" ")
        if not self.open or self.open[-1] != tag:
            self.wrong.append(f"</{tag}> closes {self.open[-1:]}")
        else:
            self.open.pop()

    def handle_data(self, data):
        inside = self.open[-1] if self.open else ""
        if inside == "script":
            self.scripts.append(data)
        elif inside == "style":
            self.styles.append(data)
        else:
            self.words.append(data)
            if "mark" in self.open:
                self.marked[-1] += data

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def ids(self) -> list[str]:
        return [str(attributes["id"]) for _, attributes in self.elements if "id" in attributes]


def page_of(run, edition="full", *, redact=False) -> Page:
    return Page(render(run, "html", ReportOptions(edition=edition, redact=redact)))


def site(tmp_path: Path, run, *, force=False, **options) -> Path:
    targets([f"html={tmp_path / 'site'}"], force=force)[0].write(run, ReportOptions(**options))
    return tmp_path / "site"


def pages_in(folder: Path) -> dict[str, Page]:
    return {p.relative_to(folder).as_posix(): Page(p.read_bytes()) for p in sorted(folder.rglob("*.html"))}


def hostile() -> PlanAudit:
    """A plan whose every word tries to be more than a word."""
    blocks = tuple(replace(block, text=f"{ATTACK} {block.text}", path=f"{ATTACK} {block.path}") for block in BLOCKS)
    evidence = Evidence(4, 0, len(ATTACK), ATTACK)
    plan = replace(
        PLAN,
        document=replace(PLAN.document, blocks=blocks),
        items=tuple(replace(item, evidence=(evidence,)) for item in PLAN.items),
        advice=(Advice(ATTACK, ATTACK, date(2026, 5, 3), None, ATTACK, True),),
        threads=(Thread(ATTACK, (), ("E1",), ("F1",)),),
        column_of={4: ATTACK},
    )
    results = tuple(
        replace(
            result,
            reason=ATTACK if result.reason else "",
            findings=tuple(
                replace(finding, message=ATTACK, fix=ATTACK, evidence=(evidence,)) for finding in result.findings
            ),
        )
        for result in ROBIN.results
    )
    return replace(ROBIN, path=f"plans/{ATTACK.replace('/', '_')}.docx", plan=plan, results=results)


# ---------------------------------------------------------------- every page


@pytest.mark.parametrize("redact", [False, True])
@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("run", [ONE, MANY, run_of(), run_of(hostile(), failures=()), run_of(hostile(), GOOD)])
def test_every_page_is_well_formed_and_asks_for_nothing_outside_itself(run, edition, redact):
    page = page_of(run, edition, redact=redact)
    assert page.wrong == []
    assert len(page.ids) == len(set(page.ids))
    assert page.all("html") == [{"lang": "en-GB"}]
    assert len(page.all("h1")) == len(page.all("title")) == len(page.all("main")) == 1
    for _, attributes in page.elements:
        assert not [
            name for name in attributes if name.startswith("on") or name in ("style", "src", "srcset", "action")
        ]
        for name in ("aria-labelledby", "headers"):
            assert set((attributes.get(name) or "").split()) <= set(page.ids)
        address = attributes.get("href", "#main")
        assert address == "data:," or (address.startswith("#") and address[1:] in page.ids), address
    assert not re.search(r"url\(|@import|https?:|//", "".join(page.styles))
    assert not re.search(r"fetch|XMLHttpRequest|import\(|https?:|innerHTML|eval", "".join(page.scripts[-1:]))


@pytest.mark.parametrize("edition", EDITIONS)
def test_headings_never_skip_a_level(edition):
    for run in (ONE, MANY):
        levels = [int(tag[1]) for tag, _ in page_of(run, edition).elements if re.fullmatch(r"h[1-6]", tag)]
        assert levels[0] == 1
        assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


@pytest.mark.parametrize("edition", EDITIONS)
def test_words_of_a_plan_are_never_mark_up_nor_commands(edition, tmp_path):
    run = run_of(hostile(), GOOD)
    for page in [*pages_in(site(tmp_path, run, edition=edition)).values(), page_of(run_of(hostile()), edition)]:
        assert "img" not in [tag for tag, _ in page.elements]
        assert not [words for words in page.scripts if words.startswith("alert")]
        assert "49" not in re.findall(r"\b49\b", page.text.replace("0 to 49", ""))
        assert UNSAFE.findall(page.markup) == []
        page.markup.encode("utf-8")
    assert "<U+001B>[2J<U+202E>gnp.<U+D800>" in page_of(run_of(hostile(), failures=())).text


@pytest.mark.parametrize("run", [ONE, MANY])
@pytest.mark.parametrize("edition", EDITIONS)
def test_the_policy_allows_the_script_and_the_style_of_the_page_by_their_hash_and_nothing_else(run, edition, tmp_path):
    for page in [*pages_in(site(tmp_path, run, edition=edition)).values(), page_of(run, edition)]:
        policy = next(str(m["content"]) for m in page.all("meta") if m.get("http-equiv") == "Content-Security-Policy")
        rules = dict(part.strip().split(" ", 1) for part in policy.split(";"))
        assert rules["default-src"] == "'none'"
        code = [words for words in page.scripts if not words.startswith("{")]
        for name, parts in (("style-src", page.styles), ("script-src", code)):
            hashes = [base64.b64encode(hashlib.sha256(words.encode()).digest()).decode() for words in parts]
            assert rules[name] == (" ".join(f"'sha256-{digest}'" for digest in hashes) or "'none'")


# ---------------------------------------------------------------- one plan


def test_a_plan_page_shows_grade_score_coverage_and_why_the_grade_is_capped():
    text = page_of(ONE).text
    assert "Grade (indicative) Inadequate" in text
    assert "Score 41.7of 100" in text
    assert "Coverage 85%of what applies could be judged" in text
    assert "these requirements of law are not met. Section G is not there." in text


def test_each_theme_has_its_numbers_beside_its_bar_and_no_score_is_no_bar():
    page = page_of(ONE)
    assert "Outcomes 33.3 100%" in page.text
    assert "Dates and advice – 0%" in page.text
    widths = [rect["width"] for rect in page.all("rect") if rect.get("class") == "fill"]
    assert "33.3" in widths
    assert (
        len([rect for rect in page.all("rect") if rect.get("class") == "none"]) == 4
    )  # A phone has its bars elsewhere.


def test_a_finding_shows_its_sentence_with_the_words_marked_and_why_fix_source_and_who():
    page = page_of(ONE)
    assert {"be happier", "improve", "regular", "Regular", "To be happier at school.", "3 May 2026"} == set(page.marked)
    assert "… To improve his listening. …" in page.text
    text = page.text[page.text.index("Provision does not say how often") :]
    for words in (
        "(2 of 2) This does not say how often.",
        "table 1 › row 2 › Provision Robin will have regular speech and language sessions,",
        "Why Nobody can tell whether vague provision has been delivered.",
        "How to fix it Say how long, how often, by whom, and in what size of group.",
        f"Who can fix it {who_can_fix('provision/vague-frequency', 'F')}",
        "Source L v Clarke and Somerset [1998] ELR 129 (checked 23 November 2026)",
        "Rule provision/vague-frequency",
    ):
        assert words in text


def test_findings_stand_by_section_in_the_order_of_the_plan_and_questions_apart():
    page = page_of(ONE)
    heads = ["The plan as a whole", "Section E: Outcomes", "Section F: Special educational provision"]
    places = [page.text.index(head, page.text.index("Show findings that are")) for head in heads]
    assert places == sorted(places)
    asked = page.text[page.text.index("The words leave these open.") :]
    assert "Advice is dated after the plan" in asked
    assert "dates/advice-dated-after-plan" in asked
    assert "ask-K-dates-advice-dated-after-plan" in page.ids
    assert "K-dates-advice-dated-after-plan" not in page.ids


def test_severity_is_a_word_and_a_sign_and_never_a_colour_alone():
    text = page_of(ONE).text
    for words in ("▲ Critical", "◆ Major", "● Minor", "▲ 1 critical", "◆ 3 major", "● 2 minor"):
        assert words in text


def test_what_is_good_what_was_not_assessed_and_how_it_was_read_are_said():
    text = page_of(ONE).text
    assert "Section A records what the child likes and is good at." in text
    assert "Section C was not found in the document. (1 rule: Health needs are blank)" in text
    assert "Pictures were not read (2 times)." in text
    assert "1 stretch of deleted text was kept apart and not audited." in text


def test_the_golden_thread_is_drawn_and_its_gaps_are_said_in_the_table_as_well():
    page = page_of(ONE)
    assert len([r for r in page.all("rect") if r.get("class") == "gap"]) == 2
    assert len([r for r in page.all("rect") if r.get("class") == "box"]) == 4
    assert "2 gaps are marked." in page.text
    table = page.text[page.text.index("The golden thread as a table") :]
    assert "Communication and interaction: as the plan's own table links them ✕ Gap: no need is linked" in table
    assert "E1 To be happier at school." in table
    assert "linked by the words they share, 40% sure" in table


def test_what_no_thread_links_stands_in_a_row_of_its_own_and_a_stated_none_does_not():
    items = (
        *PLAN.items,
        Item("B1", "need", "B", (quote(2, "I like trains"),)),
        Item("C1", "need", "C", (quote(2, "I like trains"),), none_stated=True),
    )
    rows = thread_rows(replace(PLAN, items=items))
    assert not rows[-1].linked
    assert [item.id for column in rows[-1].columns for item in column] == ["B1"]


def test_what_no_thread_links_is_marked_as_a_gap_in_the_picture_and_in_the_table():
    items = (*PLAN.items, Item("B9", "need", "B", (quote(2, "I like trains"),)))
    page = page_of(run_of(replace(ROBIN, plan=replace(PLAN, items=items)), failures=()))
    assert len([r for r in page.all("rect") if r.get("class") == "gap"]) == 3
    assert "3 gaps are marked." in page.text
    assert "B9 ✕ Gap: linked to nothing" in page.text
    assert "Linked to nothing ✕ Gap: linked to nothingB9" in page.text


def test_long_statements_take_two_lines_in_the_picture_and_no_line_leaves_its_box():
    said = ("word " * 60, "x" * 200, "Short.", "a" * 30 + " " + "b" * 36 + " " + "c" * 30)
    for lines in map(_wrapped, said):
        assert 1 <= len(lines) <= 2
        assert all(len(line) <= 36 for line in lines)
    assert _wrapped("Short.") == ("Short.",)
    assert _wrapped(said[0])[1].endswith(" …")
    assert _wrapped(said[3])[1] == "b" * 34 + " …"


def test_the_words_of_a_tick_give_way_to_the_line_of_the_plans_own_day():
    facts = replace(PLAN.facts, plan_date=date(2026, 7, 17), review_date=date(2027, 7, 16))
    plan = replace(PLAN, facts=facts, advice=(Advice("school", "Letter", date(2026, 1, 29)),))
    line = draw_timeline(plan)
    named = {words: x for x, words in line.ticks if words}
    assert "Oct 2026" in named
    assert all(abs(x - day) >= 32 for x in named.values() for day, _, _ in line.days)


def test_a_plans_page_says_first_what_to_change_and_leads_to_it():
    page = page_of(ONE)
    first = page.text[page.text.index("What to change first") : page.text.index("Score by theme")]
    assert first.index("A section is missing. Put in the section concerned") < first.index("Outcome does not say by")
    ids = {str(article["id"]) for article in page.all("article")}
    leads = [str(a["href"])[1:] for a in page.all("a") if str(a["href"])[1:] in ids]
    assert 2 <= len(leads) <= 5


def test_the_overview_says_first_what_to_change_and_bars_are_shares_of_all_plans(tmp_path):
    page = pages_in(site(tmp_path, MANY))["index.html"]
    first = page.text[page.text.index("In short Plans audited") : page.text.index("Plans, worst first")]
    assert "Lack something the law asks for 150% of all plans" in first
    assert "Outcome does not say by when (1 of 2 plans). Say by when" in first
    widths = [rect["width"] for rect in page.all("rect") if rect.get("class") == "fill"]
    assert widths == ["50.0", "0.0", "0.0", "50.0"]


def test_who_asks_for_many_plans_in_one_file_is_told_how_to_get_their_pages(tmp_path):
    page = page_of(MANY)
    assert (
        "This file is the overview. It holds no page for a plan. --report html=FOLDER writes one for each." in page.text
    )
    assert "holds no page" not in pages_in(site(tmp_path, MANY))["index.html"].text
    one, folder = targets([f"html={tmp_path / 'a.html'}", f"html={tmp_path / 'b'}"], force=False)
    assert one.wrote(MANY, ReportOptions()).endswith(
        "a.html (the overview alone; --report html=FOLDER writes a page for each plan as well)"
    )
    assert one.wrote(MANY, ReportOptions(edition="board")).endswith("a.html")
    assert one.wrote(run_of(GOOD), ReportOptions()).endswith("a.html")
    assert folder.wrote(MANY, ReportOptions()).endswith("b")


def test_many_to_many_meet_in_one_joint_and_no_box_leaves_its_band():
    items = tuple(
        Item(f"{k[0]}{n}", k, "E", (quote(4, "To be"),)) for k in ("need", "outcome", "provision") for n in range(4)
    )  # type: ignore[arg-type]
    thread = Thread("semh", tuple(f"n{n}" for n in range(4)), tuple(f"o{n}" for n in range(4)), ("p0",))
    picture = draw_thread(thread_rows(replace(PLAN, items=items, threads=(thread,))), 100)
    band = picture.bands[0]
    assert len(band.joints) == 1
    assert len(band.lines) == 4 + 4 + 4
    assert all(box.y + box.height <= band.height for box in band.boxes)


def test_advice_stands_against_the_plans_date_and_later_advice_has_a_shape_of_its_own():
    page = page_of(ONE)
    text = page.text[page.text.index("Advice and its dates") :]
    assert "Educational psychologist" in text
    assert "3 May 2026 ▲ 9 weeks after" in text
    assert [path for path in page.all("path") if path.get("class") == "late"]
    assert "Plan: 1 March 2026" in text


def test_a_line_of_time_stays_inside_its_picture_and_undated_advice_stands_last_in_the_table():
    days = [None, date(2001, 1, 1), date(2026, 2, 28), date(2030, 12, 31)]
    plan = replace(PLAN, advice=tuple(Advice("school", str(n), day) for n, day in enumerate(days)))
    line = draw_timeline(plan)
    assert [entry.advice.date for entry in line.entries] == [*days[1:], None]
    assert all(250 <= entry.x <= 900 and entry.y < line.height for entry in line.drawn)
    assert all(250 <= x <= 900 for x, _ in line.ticks)
    assert len(line.ticks) <= 9
    assert [entry.when for entry in line.entries[1:3]] == ["1 day before", "252 weeks after"]


def test_a_plan_with_no_date_or_one_date_alone_has_a_table_and_no_picture():
    plan = replace(PLAN, facts=replace(PLAN.facts, plan_date=None, review_date=None))
    assert not draw_timeline(plan).drawn
    assert "3 May 2026 –" in page_of(run_of(replace(ROBIN, plan=plan), failures=())).text


def test_a_plan_without_a_grade_says_why():
    card = Scorecard(None, None, 0.1, {"voice": Part(None, 0.0)}, {})
    text = page_of(run_of(replace(ROBIN, scorecard=card), failures=())).text
    assert "Grade (indicative) NoneToo little of the plan could be judged." in text


def large_plan(findings: int) -> PlanAudit:
    """A very long, very bad plan: every statement has several faults of every rule."""
    words = "Amina will have regular access to some support from staff as needed, where this is possible, and " * 6
    blocks = tuple(Block(i, "paragraph", f"{i} {words}", f"paragraph {i}") for i in range(findings))
    items = tuple(
        Item(
            f"{'BEF'[i % 3]}{i}",
            ("need", "outcome", "provision")[i % 3],
            "BEF"[i % 3],
            (Evidence(i, 0, 500, b.text[:500]),),
        )  # type: ignore[arg-type]
        for i, b in enumerate(blocks)
    )
    threads = tuple(Thread("semh", (f"B{i}",), (f"E{i + 1}",), (f"F{i + 2}",)) for i in range(0, findings - 2, 3))
    results = tuple(
        Result(
            rule,
            "not_met",
            0,
            findings,
            tuple(
                Finding(
                    rule,
                    f"“{b.text[10:400]}” is vague, says paragraph {b.id}.",
                    "major",
                    "high",
                    "code",
                    "F",
                    (Evidence(b.id, 10, 400, b.text[10:400]),),
                    "Fix.",
                    str(b.id),
                )
                for b in blocks
            ),
        )
        for rule in CARDS
    )
    advice = tuple(Advice("school", f"Author {n}", date(2026, 1, 1) + timedelta(n), None, words) for n in range(200))
    plan = Plan(Document("huge.docx", "2" * 64, "docx", blocks), {}, items, advice, threads)
    return PlanAudit("huge.docx", "2" * 64, plan, ROBIN.scorecard, results)


@pytest.mark.parametrize("edition", EDITIONS)
def test_even_a_very_large_plan_makes_a_page_small_enough_to_mail(edition):
    audited = large_plan(900)
    page = plan_page(run_of(audited), audited, ReportOptions(edition=edition))
    assert len(page) < 300_000
    assert Page(page).wrong == []
    if edition == "full":
        assert "more places" in Page(page).text


# ---------------------------------------------------------------- a folder of many


def test_a_folder_has_an_overview_and_a_page_for_each_plan_and_every_link_leads_somewhere(tmp_path):
    folder = site(tmp_path, run_of(ROBIN, GOOD, replace(GOOD, path="other/good.docx")))
    pages = pages_in(folder)
    assert set(pages) == {"index.html", "plans/robin.html", "plans/good.html", "plans/good-3.html"}
    for name, page in pages.items():
        assert page.wrong == []
        for anchor in page.all("a"):
            path, _, place = str(anchor["href"]).partition("#")
            target = (folder / name).parent / unquote(path) if path else folder / name
            found = pages[target.resolve().relative_to(folder.resolve()).as_posix()]
            assert not place or place in found.ids
    nexts = [str(a["href"]) for a in pages["plans/robin.html"].all("a")]
    assert {"../index.html", "good-3.html"} <= set(nexts) or {"../index.html", "good.html"} <= set(nexts)


def test_the_overview_lists_plans_worst_first_without_any_script(tmp_path):
    page = pages_in(site(tmp_path, MANY))["index.html"]
    assert page.text.index("robin.docx 41.7 Inadequate 85% 1 3 2 1") < page.text.index(
        "good.docx 92.0 Outstanding 100% – – –"
    )
    assert [form["hidden"] for form in page.all("form")] == [None]


def test_the_overview_counts_grades_bands_and_commonest_faults_with_an_example(tmp_path):
    text = pages_in(site(tmp_path, MANY))["index.html"].text
    assert "Outstanding 1 50%" in text
    assert "Inadequate 1 50%" in text
    assert "Outcome uses a verb that nobody can observe ● Minor 1 of 2 2" in text
    assert "All themes 1 0 0 1 0 0 66.9" in text
    assert "To be happier at school." in text


@pytest.mark.parametrize("edition", ["full", "caseworker"])
def test_a_plan_whose_findings_are_all_suppressed_is_not_said_to_have_none(edition):
    bare = replace(ROBIN, results=tuple(replace(result, findings=()) for result in ROBIN.results))
    for suppressed, said in (
        (ROBIN.findings, "Nothing but what is suppressed."),
        ((), "Nothing that these rules look"),
    ):
        run = replace(run_of(bare, failures=()), suppressed=tuple(suppressed))
        assert said in plan_page(run, bare, ReportOptions(edition=edition)).decode()


def test_what_could_not_be_audited_and_what_is_suppressed_is_told(tmp_path):
    suppressed = (ROBIN.results[3].findings[0], ROBIN.results[3].findings[1])
    text = pages_in(site(tmp_path, replace(MANY, suppressed=suppressed, skipped=("~$robin.docx",))))["index.html"].text
    assert "plans/old.doc: an old Word file; save it as .docx." in text
    assert "plans/bad<U+001B>[2J<U+202E>.docx: the file is broken." in text
    assert "Passed over on purpose: 1 file" in text
    assert "Suppressed: 2 findings" in text
    assert "Outcome uses a verb that nobody can observe ● Minor 2" in text


def test_one_file_of_many_plans_is_the_overview_alone_and_links_nowhere(tmp_path):
    page = page_of(MANY)
    assert not [a for a in page.all("a") if not str(a["href"]).startswith("#")]
    assert "robin.docx" in page.text


@pytest.fixture(scope="module")
def county():
    """As many plans as Kent has."""
    lines = [
        replace(
            GOOD,
            path=f"caseload/area {n % 12}/EHC plan {n:05} final.docx",
            scorecard=replace(GOOD.scorecard, percent=n % 1000 / 10),
        )
        for n in range(19_194)
    ]
    run = run_of(*lines)
    return gather(run, ReportOptions(), addresses())


def test_a_countys_overview_is_below_5_mb_and_its_list_has_pages_for_those_without_script(county):
    page = overview_page(county)
    assert len(page) < 5_000_000
    assert county.pages == 96
    data = json.loads(Page(page).scripts[0])
    assert len(data["rows"]) == 19_194
    assert data["rows"][0][2] == 0.0
    assert len({row[1] for row in data["rows"]}) == 19_194
    assert "list/2.html" in [a["href"] for a in Page(page).all("a")]


def test_the_pages_of_the_list_hold_every_plan_once_in_the_same_order(county):
    last = Page(list_page(county, 96))
    assert last.wrong == []
    assert "Plans 19001 to 19194 of 19194, worst first" in last.text
    links = [str(a["href"]) for a in last.all("a")]
    assert f"../{county.lines[-1].href}" in links
    assert f"../{county.lines[19_000].href}" in links
    assert f"../{county.lines[18_999].href}" not in links
    assert "95.html" in links
    assert "../index.html#plans" in [str(a["href"]) for a in Page(list_page(county, 2)).all("a")]


def test_a_plans_page_has_a_name_that_every_system_takes_and_no_two_share():
    address = addresses()
    given = ["Zoë's plan.docx", "zoe's PLAN.docx", "../../etc/passwd", "日本.docx", "x" * 300 + ".docx", "con|:?.docx"]
    names = [address(n, path) for n, path in enumerate(given)]
    assert names[:2] == ["plans/zoe-s-plan.html", "plans/zoe-s-plan-2.html"]
    assert len(set(names)) == len(given)
    assert all(re.fullmatch(r"plans/[a-z0-9-]{1,80}\.html", name) for name in names)


# ---------------------------------------------------------------- editions


def health_plan() -> PlanAudit:
    finding = replace(ROBIN.results[2].findings[0], rule="health-and-care/health-needs-blank", section="C", evidence=())
    return replace(
        ROBIN, results=(*ROBIN.results[:1], *ROBIN.results[2:], Result(finding.rule, "not_met", findings=(finding,)))
    )


def test_the_designated_clinical_officer_reads_health_first_and_the_rest_in_short():
    text = page_of(run_of(health_plan(), failures=()), "dco").text
    order = [
        "Health at a glance",
        "Health: what to put right",
        "Health needs are blank",
        "Advice and its dates",
        "Score by theme",
        "Outside health",
        "Outcome does not say by when",
    ]
    assert [text.index(words) for words in order] == sorted(text.index(words) for words in order)
    assert "An outcome without a date cannot be reviewed." not in text


def test_parents_read_what_to_ask_for_in_plain_words_and_no_rule_ids():
    page = page_of(ONE, "parents")
    assert "Ask the council to do this: Say how long, how often, by whom, and in what size of group." in page.text
    assert "Why it matters: Nobody can tell whether vague provision has been delivered." in page.text
    assert "Section E: goals (outcomes)" in page.text
    assert "at least 15 days" in page.text  # The plan is a draft.
    assert not [rule for rule in CARDS if rule in page.text]
    assert not re.search(r"golden thread|severity|confidence|indicative grade", page.text, re.IGNORECASE)
    final = replace(ROBIN, plan=replace(PLAN, facts=replace(PLAN.facts, status="final")))
    assert "at least 15 days" not in page_of(run_of(final, failures=()), "parents").text


def test_the_caseworker_goes_down_the_document_paragraph_by_paragraph():
    page = page_of(ONE, "caseworker")
    order = [
        "Section G is not there.",
        "table 1 › row 2 › Outcome",
        "table 1 › row 3 › Outcome",
        "table 1 › row 2 › Provision",
        "table 1 › row 3 › Provision",
    ]
    assert [page.text.index(words) for words in order] == sorted(page.text.index(words) for words in order)
    assert "6 changes, in the order of the document" in page.text
    assert page.marked[0] == "To be happier at school."
    first = page.text[page.text.index(order[1]) : page.text.index(order[2])]
    assert "outcomes/not-time-bound" in first
    assert "outcomes/vague-verb" in first


def test_the_board_gets_figures_and_five_things_and_no_words_of_a_plan(tmp_path):
    folder = site(tmp_path, MANY, edition="board")
    pages = pages_in(folder)
    assert set(pages) == {"index.html"}
    text = pages["index.html"].text
    assert "Plans audited 2" in text
    assert "Outcome does not say by when (1 of 2 plans). Say by when: a date, a school year or a key stage." in text
    for block in BLOCKS:
        assert block.text not in text
    assert "robin" not in text.casefold()


def test_five_things_are_those_that_cost_most_over_all_plans():
    steps = five_things(run_of(ROBIN, ROBIN), (ROBIN, ROBIN))
    assert [step.card.id for step in steps][:2] == ["structure/section-missing", "provision/vague-frequency"]
    assert {step.plans for step in steps} == {2}
    assert steps[0].fix.startswith("Put in the section concerned with its letter")
    assert next(s.places for s in steps if s.card.id == "provision/vague-frequency") == 4


def test_everyone_who_can_fix_a_rule_is_named_and_the_data_names_only_rules_and_themes_there_are():
    words = tomllib.loads(files("ehcaudit").joinpath("data", "who_can_fix.toml").read_text(encoding="utf-8"))
    rules = {rule.id for rule in load_rules().rules}
    assert set(words["rule"]) <= rules
    assert set(words["theme"]) == set(THEMES)
    assert who_can_fix("local/rule") == words["default"]
    assert who_can_fix("provision/no-frequency", "F") == words["theme"]["provision"]
    assert who_can_fix("provision/no-frequency", "G") == words["section"]["G"]


def test_a_local_rule_in_a_theme_of_its_own_is_shown_by_its_key():
    card = RuleCard(
        "house-style/no-ands",
        "Begins with and",
        "house-style",
        "advice",
        "low",
        "practice",
        "W.",
        "F.",
        (),
        ("plan",),
        1,
    )
    finding = replace(ROBIN.results[2].findings[0], rule=card.id, confidence="low")
    audited = replace(
        ROBIN,
        results=(Result(card.id, "not_met", findings=(finding,)),),
        scorecard=replace(ROBIN.scorecard, themes={"house-style": Part(0.0, 1.0)}, capped_by=()),
    )
    text = page_of(replace(run_of(audited, failures=()), cards={card.id: card}), "full").text
    assert "House style 0.0 100%" in text
    assert "house-style/no-ands (low confidence)" in text


# ---------------------------------------------------------------- plain words


def own_sentences() -> list[str]:
    """What the report says of itself: the text of the templates and its data files, without names and figures."""
    folder = files("ehcaudit.reports.site").joinpath("templates")
    found = []
    for template in folder.iterdir():
        if not template.name.endswith(".html") or template.name == "base.html":
            continue
        words = re.sub(r"\{%.*?%\}|<svg.*?</svg>", " ", template.read_text(encoding="utf-8"), flags=re.DOTALL)
        words = re.sub(r"\{\{.*?\}\}", "seven", words, flags=re.DOTALL)
        for paragraph in re.findall(r"<(?:p|li)\b[^>]*>(.*?)</(?:p|li)>", words, re.DOTALL):
            found.append(" ".join(re.sub(r"<[^>]+>", " ", paragraph).split()))
    parents = tomllib.loads(files("ehcaudit").joinpath("data", "parents_words.toml").read_text(encoding="utf-8"))
    found += [entry["means"] for entry in parents["words"]] + [right["text"] for right in parents["rights"]]
    return [words for words in [*found, parents["help"]["text"]] if len(words.split()) > 5]


def test_the_reports_own_sentences_are_plain_english():
    together = readability(" ".join(words.rstrip(".") + "." for words in own_sentences()))
    assert together.age <= 12


def test_parents_read_every_rule_in_plain_words_without_the_fields_own():
    cards = {rule.card.id: rule.card for rule in load_rules().rules}
    assert set(parent_words()["rules"]) <= set(cards)
    parts = [
        (card, part, getattr(card, field))
        for card in cards.values()
        for part, field in PARENT_PARTS
        if getattr(card, field)
    ]
    told = [(card.id, part, said_plainly(words, card.id, part)) for card, part, words in parts]
    field_words = re.compile(r"\b(provision|outcomes?|hedges?|attainment|delegated|specified|verb)\b", re.IGNORECASE)
    assert not [(rule, part, words) for rule, part, words in told if part != "ask" and field_words.search(words)]
    for part in ("title", "ask", "praise"):
        assert readability(" ".join(words.rstrip(".") + "." for _, of, words in told if of == part)).age <= 12
    assert readability(" ".join(card.why for card in cards.values())).age <= 12


def test_must_is_kept_for_the_law():
    for words in own_sentences():
        if re.search(r"\bmust\b", words):
            assert words.startswith("The plan must set out") or "a person must decide" in words.casefold()


# ---------------------------------------------------------------- redaction


def test_nothing_of_a_plans_words_or_names_stands_in_a_redacted_report(tmp_path):
    for edition in EDITIONS:
        folder = site(
            tmp_path / edition if (tmp_path / edition).mkdir() is None else tmp_path, MANY, edition=edition, redact=True
        )
        assert not [name for name in map(str, folder.rglob("*")) if "robin" in name or "good" in name]
        for page in pages_in(folder).values():
            assert "robin" not in page.markup.casefold()
            assert page.marked == []
            for block in BLOCKS:
                assert block.kind == "heading" or block.text not in page.text
            for secret in (
                "3 May 2026",
                "1 March",
                "Check this",
                "A. Writer",
                "one to one support",
                "old.doc",
                "000000",
            ):
                assert secret not in page.markup.replace("sha256-", "")
            assert "Redacted:" in page.text


def test_aliases_do_not_follow_the_order_of_the_names_and_hold_when_redacted_twice():
    plans = [
        replace(GOOD, path=f"plans/{n:02}.docx", sha256=f"{n:064x}", scorecard=replace(GOOD.scorecard, percent=n))
        for n in range(30)
    ]
    once = redacted(run_of(*plans))
    assert [p.path for p in once.plans] == [f"Plan {n:02}" for n in range(1, 31)]
    order = [p.scorecard.percent for p in once.plans]
    assert sorted(order) == list(range(30)) != order
    assert redacted(once) == once
    assert [p.scorecard.percent for p in redacted(run_of(*reversed(plans))).plans] == order
    others = redacted(run_of(*plans, ROBIN))
    assert [p.scorecard.percent for p in others.plans if p.scorecard.percent != ROBIN.scorecard.percent] != order


def test_redacted_dates_keep_their_distance_and_lose_their_day():
    plan = redacted(ONE).plans[0].plan
    assert plan.facts.plan_date == date(2026, 3, 1)
    moved = replace(PLAN, facts=replace(PLAN.facts, plan_date=date(2026, 3, 18)))
    after = redacted(run_of(replace(ROBIN, plan=moved))).plans[0].plan
    assert after.facts.plan_date == date(2026, 3, 1)
    assert after.advice[0].date - after.facts.plan_date == date(2026, 5, 3) - date(2026, 3, 18)
    assert after.facts.name == ""


def test_a_redacted_finding_keeps_its_rule_its_place_and_the_order_of_the_document():
    audit, plain = redacted(ONE).plans[0], ONE.plans[0]
    assert [f.rule for f in audit.findings] == [f.rule for f in plain.findings]
    assert [f.message for f in audit.findings][1] == "Outcome does not say by when."
    assert {e.quote for f in audit.findings for e in f.evidence} == {""}
    for finding in audit.findings:
        for part in finding.evidence:
            assert audit.plan.document.blocks[part.block_id].text[part.start : part.end] == part.quote
    assert audit.scorecard == plain.scorecard


@pytest.mark.parametrize("name", ["json", "terminal"])
def test_redaction_reaches_every_report(name):
    out = render(MANY, name, ReportOptions(redact=True, width=200)).decode()
    assert "robin" not in out.casefold()
    assert not [words for words in ("be happier", "regular", "Regular", "old.doc") if words in out]


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ([10, 20, 0], [10, 20, 0]),
        ([3, 2, 40], [None, None, 40]),
        ([3, 9, 40], [None, None, 40]),  # One alone could be worked out from the total.
        ([1, 0, 0], [None, 0, 0]),
        ([], []),
    ],
)
def test_small_numbers_are_suppressed_and_cannot_be_worked_out(counts, shown):
    assert few(counts) == shown


def test_small_numbers_of_plans_are_not_counted_out_in_a_redacted_overview():
    text = page_of(MANY, redact=True).text
    assert "Outstanding under 5" in text
    assert "● Minor under 5 –" in text


# ---------------------------------------------------------------- files and folders


def test_a_site_is_readable_by_its_owner_alone(tmp_path):
    folder = site(tmp_path, MANY)
    assert folder.stat().st_mode & 0o777 == 0o700
    for path in folder.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0


def test_a_site_is_replaced_whole_only_with_force_and_old_pages_go(tmp_path):
    from ehcaudit.errors import UsageError

    folder = site(tmp_path, MANY)
    with pytest.raises(UsageError, match="holds a report already; --force replaces it"):
        site(tmp_path, ONE)
    assert site(tmp_path, ONE, force=True) == folder
    assert {p.name for p in folder.rglob("*.html")} == {"index.html", "robin.html"}
    assert [p.name for p in tmp_path.iterdir()] == ["site"]


def test_a_folder_with_files_of_somebody_elses_is_never_replaced(tmp_path):
    from ehcaudit.errors import UsageError

    folder = site(tmp_path, ONE)
    (folder / "plans" / "my notes.txt").write_text("keep")
    with pytest.raises(UsageError, match=r"plans/my notes\.txt, which no report wrote"):
        site(tmp_path, ONE, force=True)
    other = tmp_path / "documents"
    other.mkdir()
    (other / "letter.txt").write_text("keep")
    with pytest.raises(UsageError, match="holds files that no report wrote"):
        targets([f"html={other}"], force=True)
    assert (other / "letter.txt").read_text() == "keep"
    assert (folder / "plans" / "my notes.txt").read_text() == "keep"


def test_an_empty_folder_is_filled_and_the_folder_one_is_in_is_not_touched(tmp_path, monkeypatch):
    from ehcaudit.errors import UsageError

    (tmp_path / "site").mkdir()
    assert (site(tmp_path, ONE) / "index.html").is_file()
    monkeypatch.chdir(tmp_path / "site")
    with pytest.raises(UsageError, match="the folder you are in"):
        targets(["html=."], force=True)


def test_a_folder_with_an_audited_plan_in_it_is_refused(tmp_path):
    from ehcaudit.errors import UsageError

    folder = site(tmp_path, ONE)
    inside = run_of(replace(ROBIN, path=str(folder / "index.html")))
    with pytest.raises(UsageError, match="holds a file that was audited"):
        site(tmp_path, inside, force=True)
    assert (folder / "index.html").is_file()


def test_nothing_is_left_behind_where_a_report_fails(tmp_path, monkeypatch):
    from ehcaudit.errors import UsageError

    folder = site(tmp_path, ONE)
    before = (folder / "index.html").read_bytes()

    def full(*_: object, **__: object) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ehcaudit.reports.site.plan_page.plan_page", full)
    with pytest.raises(UsageError, match="No space left on device"):
        site(tmp_path, ONE, force=True)
    assert (folder / "index.html").read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["site"]


def test_a_name_that_ends_in_html_is_one_page_and_any_other_a_folder(tmp_path):
    file, folder = targets([f"html={tmp_path / 'a.HTML'}", f"html={tmp_path / 'a'}"], force=False)
    assert (file.folder, folder.folder) == (False, True)
    file.write(ONE, ReportOptions())
    assert Page((tmp_path / "a.HTML").read_bytes()).text.startswith("robin.docx: EHC plan audit")
    assert (tmp_path / "a.HTML").stat().st_mode & 0o777 == 0o600


def test_two_reports_one_in_the_other_are_refused(tmp_path):
    from ehcaudit.errors import UsageError

    (tmp_path / "site").mkdir()
    with pytest.raises(UsageError, match="stand one in the other"):
        targets([f"html={tmp_path / 'site'}", f"json={tmp_path / 'site' / 'run.json'}"], force=False)
