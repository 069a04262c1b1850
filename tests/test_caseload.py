"""What only a whole caseload shows: repeated wording, near-duplicates, other children's names, versions, groups."""

from __future__ import annotations

import json
import random
import tracemalloc
import zlib
from array import array
from collections import Counter
from dataclasses import replace
from datetime import date
from itertools import permutations

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehcaudit.caseload import Caseload, CaseloadView, Trace, trace, view_of
from ehcaudit.caseload.counting import PARTS, told
from ehcaudit.caseload.index import Index
from ehcaudit.caseload.minhash import jaccard, like, shingles, similarity, sketch
from ehcaudit.caseload.near import NearKeys
from ehcaudit.caseload.trace import Passage, digest, form_of, mask
from ehcaudit.checks import Context
from ehcaudit.judging import judge_plan
from ehcaudit.model import Finding, PlanAudit, Result, Run, Scorecard
from ehcaudit.plan import build
from ehcaudit.readers.text import from_markdown
from ehcaudit.reports import ReportOptions, render
from ehcaudit.reports.caseload_wire import json_schema
from ehcaudit.rules import load_rules

NAMES = ("Ada Fenn", "Bruno Kell", "Cleo Marsh", "Dilip Rook", "Edie Vance", "Farid Wren", "Greta Lomax", "Hugo Pell")
WORDS = """
kettle lantern meadow gravel timber velvet walnut copper saddle ribbon orchard pebble thistle anchor beacon
candle drizzle ember fathom granite hazel island juniper kernel ladder marble nettle oyster parcel quarry
""".split()  # noqa: SIM905
THERAPY = "{name} will have a 30-minute session each week with a speech and language therapist, who knows {him} well."


def own_words(number: int, count: int = 260) -> str:
    """Sentences that no other plan has."""
    chance = random.Random(number)
    sentences = [" ".join([f"Plan{number:04d}", *chance.choices(WORDS, k=12)]) + "." for _ in range(count // 13)]
    return "\n\n".join(sentences)


def plan_text(
    name: str,
    *,
    born: str = "14 March 2018",
    status: str = "Final",
    made: str = "1 October 2026",
    front: str = "",
    year: str = "Year 4",
    **sections: str,
) -> str:
    """A plan as Markdown."""
    parts = {"B": "", "E": "", "F": "", **sections}
    titles = {"A": "Views", "B": "Special educational needs", "E": "Outcomes", "F": "Special educational provision"}
    return (
        f"# Education, Health and Care Plan\n\nStatus: {status}\nName: {name}\nDate of birth: {born}\n"
        f"Year group: {year}\nDate of {status.lower()} plan: {made}\n{front}\n\n"
        + "\n\n".join(f"## Section {letter}: {titles[letter]}\n\n{text}" for letter, text in sorted(parts.items()))
        + "\n"
    )


def audited(text: str, path: str = "plan.md", *, findings: tuple[tuple[str, str], ...] = ()) -> PlanAudit:
    """The plan as if these (rule, section) had been found in it."""
    plan = build(from_markdown(text, path=path))
    results = tuple(
        Result(rule, "not_met", findings=(Finding(rule, "", "minor", "high", "code", section, (), "", ""),))
        for rule, section in findings
    )
    card = Scorecard(50.0, "Good", 1.0, {}, {})
    return PlanAudit(path, plan.document.sha256, plan, card, results)


def caseload(*provisions: str, **sections: str) -> list[PlanAudit]:
    """A plan for each provision, of different children, otherwise unlike."""
    return [
        audited(
            plan_text(
                NAMES[n],
                born=f"{n + 1} March 2018",
                B=own_words(n),
                F=text.format(name=NAMES[n].split()[0], him="him" if n % 2 else "her"),
                **{k: v.format(name=NAMES[n].split()[0]) for k, v in sections.items()},
            ),
            f"plans/{n}.md",
        )
        for n, text in enumerate(provisions)
    ]


# ---------------------------------------------------------------- sketches


texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=80).map(" ".join)


@given(texts)
def test_the_same_text_is_wholly_similar(text):
    assert similarity(sketch(shingles(text)), sketch(shingles(text.upper()))) == 1.0
    assert jaccard(shingles(text), shingles(text)) == 1.0


@given(st.integers(0, 10**6))
@settings(max_examples=30)
def test_unrelated_texts_are_hardly_similar(seed):
    chance = random.Random(seed)
    one, other = (" ".join(f"{side}{chance.random()}" for _ in range(300)) for side in "xy")
    assert similarity(sketch(shingles(one)), sketch(shingles(other))) < 0.1


@given(st.integers(0, 10**6), st.sampled_from([0.01, 0.03, 0.1]))
@settings(max_examples=30)
def test_the_estimate_is_near_the_exact_share(seed, changed):
    chance = random.Random(seed)
    words = [f"{chance.choice(WORDS)}{chance.randrange(50)}" for _ in range(600)]
    other = [word if chance.random() > changed else word + "x" for word in words]
    one, two = shingles(" ".join(words)), shingles(" ".join(other))
    assert abs(similarity(sketch(one), sketch(two)) - jaccard(one, two)) < 0.16  # Five standard errors.


def test_nothing_is_similar_to_nothing():
    assert similarity(sketch(shingles("")), sketch(shingles(""))) == 0.0
    assert shingles("two words") == shingles("Two  Words")


@given(st.lists(texts, min_size=2, max_size=12))
@settings(max_examples=30)
def test_groups_do_not_depend_on_the_order_of_their_members(found):
    sets = [shingles(text, 3) for text in found]
    sketches = [sketch(one, 32) for one in sets]
    numbers = list(range(len(found)))

    def grouped(order):
        return like(order, sketches.__getitem__, rows=4, alike=lambda a, b: jaccard(sets[a], sets[b]) >= 0.8)

    assert grouped(numbers) == grouped(numbers[::-1])


# ---------------------------------------------------------------- masks


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Ada will read with her teacher.", "[child] will read with [his/her] teacher"),
        (
            "An adult helps her to plan, and sits beside her.",
            "An adult helps [his/her] to plan, and sits beside [his/her]",
        ),
        ("he dresses himself by 9.30am", "[he/she] dresses [himself/herself] by [n]am"),
        ("• Ada’s school gives Fenn 2,5 hours", "[child]'s school gives [child] [n] hours"),
        ("The others theorise; Hershey, shed", "The others theorise; Hershey, shed"),
    ],
)
def test_name_pronouns_and_figures_are_masked_and_nothing_else(text, masked):
    assert form_of(mask(text, ("Ada", "Fenn"))) == masked


def test_a_name_that_is_a_word_is_masked_only_with_its_capital():
    assert mask("Will will read", ("Will",)) == "[child] will read"


@given(st.text(alphabet="AdaFenhrs he.,'-\n\u00e9", max_size=60))
def test_no_name_is_left_and_lines_stay_lines(text):
    masked = mask(text, ("Ada", "Fenn"))
    assert not {"Ada", "Fenn"} & set(masked.replace("'", " ").replace("-", " ").replace(".", " ").split())
    assert masked.count("\n") == text.count("\n")


# ---------------------------------------------------------------- repeated wording


def test_a_provision_copied_with_the_name_changed_is_counted_by_children():
    own = [f"{{name}} has {word} lessons of {word} with a {word} tutor at {word} time." for word in WORDS[:2]]
    view = view_of(caseload(*[THERAPY] * 5, *own))
    (copied,) = [r for r in view.repeated if r.section == "F"]
    assert (copied.children, copied.kind, copied.origin) == (5, "provision", "copied")
    assert copied.share == pytest.approx(5 / 7)
    assert copied.text.startswith("[child] will have a [n]-minute session each week")
    shared = {s.kind: s for s in view.shared}["provision"]
    assert (shared.shared, shared.statements) == (5, 7)


def test_wording_of_fewer_than_five_children_is_not_counted_out():
    view = view_of(caseload(*[THERAPY] * 4, *["{name} has help with reading from Plan " + w for w in WORDS[:2]]))
    assert [r for r in view.repeated if r.section == "F"] == []
    assert "provision" not in {s.kind for s in view.shared if s.shared}


def test_a_wording_that_was_altered_a_little_counts_with_the_others():
    altered = THERAPY.replace("who knows {him} well", "who knows {him} very well")
    long = (
        " The therapist will model short sentences, wait for an answer, and show the class teacher how to do the same "
        "in every lesson of the week, with pictures of the words that matter most."
    )
    view = view_of(caseload(*[THERAPY + long] * 4, *[altered + long] * 4))
    assert [(r.children, r.forms) for r in view.repeated if r.section == "F" and r.children == 8] == [(8, 2)]


def test_words_of_the_form_are_told_apart_from_copied_provision():
    form = "This provision is secured by the local authority and looked at once a year at the annual review meeting."
    view = view_of(caseload(*[f"{form}\n\n{THERAPY}"] * 6))
    origins = {r.origin for r in view.repeated if r.text.startswith("This provision is secured")}
    assert origins == {"template"}
    assert {r.origin for r in view.repeated if "[child] will have" in r.text} == {"copied"}


def test_no_text_of_the_view_holds_a_childs_name():
    view = view_of(caseload(*[THERAPY] * 8, E="By July 2027 {name} will tell Plan friends three things about {name}."))
    shown = " ".join([r.text for r in view.repeated] + [o.text for o in view.same_outcomes])
    assert "[child]" in shown
    assert not {part for name in NAMES for part in name.split()} & set(shown.replace("'", " ").split())


SUPPORT = (
    "A trained teaching assistant will sit beside {name} in {lesson} each morning, break the task into {steps} written "
    "steps on a card, and check after each step that {name} knows what comes next."
)
HONEST = (
    "A specialist teacher of the deaf visits once each half term to check the radio aid and to train class staff.",
    "{name} leaves each lesson five minutes early with a friend, so that the corridor is empty and quiet.",
    "An occupational therapist writes a programme of hand exercises, which school staff carry out three times a week.",
    "A learning mentor meets {name} at the gate every day and looks through the timetable for changes.",
    "The physiotherapist reviews {name}'s walking frame and standing frame every term, at school, with the parents.",
    "A speech and language therapist works with {name} and two others for 40 minutes a week on telling stories.",
)


def near_copies(count: int) -> list[str]:
    """One statement in so many wordings, each in one plan: another lesson, another number in words."""
    lessons = ("Mathematics", "English", "Science", "Geography", "History", "Music", "Drama", "Art")
    return [SUPPORT.format(name="{name}", lesson=lessons[n], steps=("three", "four")[n % 2]) for n in range(count)]


def in_section(view: CaseloadView, letter: str) -> list[tuple[str, int, int]]:
    return [(r.origin, r.children, r.forms) for r in view.repeated if r.section == letter]


def test_variants_that_each_stand_in_one_plan_alone_are_found_as_one_wording():
    view = view_of(caseload(*near_copies(6)))
    assert in_section(view, "F") == [("copied", 6, 6)]
    assert "sit beside [child] in" in next(r.text for r in view.repeated if r.section == "F")


def test_variants_of_fewer_than_five_children_are_not_counted_out():
    assert in_section(view_of(caseload(*near_copies(4), *HONEST[:2])), "F") == []


def test_provisions_that_are_honestly_different_are_not_taken_for_variants():
    assert in_section(view_of(caseload(*HONEST)), "F") == []
    roles = ("specialist teacher", "learning mentor", "therapist", "nurse", "psychologist", "tutor")
    alike = [f"{{name}} will have a 30-minute session each week with a {role} in a quiet room." for role in roles]
    assert in_section(view_of(caseload(*alike)), "F") == []


def test_template_a_copied_provision_and_near_copies_are_told_apart_in_one_caseload():
    form = "This provision is secured by the local authority and looked at once a year at the annual review meeting."
    plans = caseload(
        *[f"{form}\n\n{THERAPY}\n\n{near}\n\n{own}" for near, own in zip(near_copies(6), HONEST, strict=True)]
    )
    view = view_of(plans)
    assert sorted(in_section(view, "F")) == [("copied", 6, 1), ("copied", 6, 6), ("template", 6, 1)]


def test_near_variants_are_found_in_traces_that_were_packed_and_whatever_their_order():
    packed = [trace(audit).pack() for audit in caseload(*near_copies(6))]
    assert in_section(view_of(packed), "F") == [("copied", 6, 6)]
    assert view_of(packed) == view_of(packed[::-1])


def test_keys_that_share_a_place_by_chance_change_nothing(monkeypatch):
    plans = caseload(*near_copies(6))
    whole = view_of(plans)
    monkeypatch.setattr("ehcaudit.caseload.near._BITS", 3)  # All of them come again.
    assert view_of(plans) == whole


@given(st.lists(st.lists(st.integers(0, 20), max_size=5), max_size=6))
@settings(max_examples=20, deadline=None)
def test_a_key_of_two_plans_came_again(plans):
    keys = [[digest(str(number)) for number in plan] for plan in plans]
    near, index = NearKeys(), Index()
    for number, plan in enumerate(keys):
        near.add(plan)
        for key in plan:
            index.add(key, number)
    wanted = {key: [n for n, plan in enumerate(keys) if key in plan] for plan in keys for key in plan}
    assert dict(index.groups()) == {Index.tell(key): numbers for key, numbers in wanted.items()}
    assert {key for key in wanted if near.came_again(key)} == {key for key in wanted if len(wanted[key]) > 1}


def test_what_comes_only_once_is_not_looked_through_for_variants():
    """A stream cannot be gone through again; it says what it can."""
    assert in_section(view_of(iter(caseload(*near_copies(6)))), "F") == []


def test_nearly_the_same_outcome_for_two_children_is_named_with_their_plans():
    outcome = (
        "By July 2027 {{name}} will ask {} for help in words or with a card, four times out of five, in each lesson."
    )
    plans = [
        *caseload(THERAPY, E=outcome.format("a helper")),
        *caseload("Nothing.", "Nothing alike stands here at all.", E=outcome.format("a teacher"))[1:],
    ]
    (same,) = view_of(plans).same_outcomes
    assert (same.children, same.paths) == (2, ("plans/0.md", "plans/1.md"))


def test_a_version_of_the_same_plan_with_a_word_changed_is_no_variant():
    draft = {"status": "Draft", "made": "1 June 2026"}
    lines = [copy.format(name="Ada") for copy in near_copies(2)]
    plans = [
        audited(plan_text("Ada Fenn", F=lines[0], **draft), "a.md"),
        audited(plan_text("Ada Fenn", F=lines[1]), "b.md"),
    ]
    others = caseload(*HONEST)[1:]
    assert in_section(view_of([*plans, *others]), "F") == []


# ---------------------------------------------------------------- outcomes, plans


OUTCOME = "By July 2027 {name} will ask an adult for help in words, four times out of five."


def test_the_same_outcome_for_two_children_is_named_with_their_plans():
    view = view_of(caseload(THERAPY, "Nothing alike stands here at all.", E=OUTCOME))
    (same,) = view.same_outcomes
    assert same.text == "By July [n] [child] will ask an adult for help in words, four times out of five"
    assert same.paths == ("plans/0.md", "plans/1.md")


def test_two_versions_of_one_plan_are_one_child_and_no_duplicate():
    draft = audited(plan_text("Ada Fenn", status="Draft", made="1 June 2026", B=own_words(1), E=OUTCOME), "draft.md")
    final = audited(plan_text("Ada Fenn", B=own_words(1), E=OUTCOME), "final.md")
    view = view_of([final, draft])
    assert (view.plans, view.children) == (2, 1)
    assert (view.same_outcomes, view.alike, view.contradictions) == ((), (), ())


def test_plans_of_different_children_that_are_nearly_the_same_are_found():
    body = own_words(7, 800)
    near = body.replace("kettle", "teapot", 3)
    plans = [
        audited(plan_text("Ada Fenn", B=f"Ada has this.\n\n{body}"), "a.md"),
        audited(plan_text("Bruno Kell", born="2 May 2017", B=f"Bruno has this.\n\n{near}"), "b.md"),
        audited(plan_text("Cleo Marsh", born="3 May 2017", B=own_words(8, 800)), "c.md"),
    ]
    (alike,) = view_of(plans).alike
    assert alike.paths == ("a.md", "b.md")
    assert 0.8 <= alike.similarity < 1


# ---------------------------------------------------------------- names


def with_rule(audit: PlanAudit) -> PlanAudit:
    rule = load_rules().choose(select=("identity/another-childs-name",))
    return replace(audit, results=tuple(judge_plan(audit.plan, rule, Context(date(2026, 11, 23)))))


def two_plans(other: str = "", **second: str) -> list[PlanAudit]:
    """Bruno's plan, in which a name may have been left, and Ada's."""
    bruno = "Bruno needs quiet.\n\nBruno likes order.\n\nBruno tires fast.\n\n" + own_words(1)
    ada = "Ada needs light.\n\nAda likes music.\n\nAda tires late.\n\n" + own_words(2)
    return [
        with_rule(audited(plan_text("Bruno Kell", born="2 May 2017", B=bruno, F=other), "bruno.md")),
        with_rule(audited(plan_text("Ada Fenn", B=ada, **second), "ada.md")),
    ]


def test_a_name_left_in_a_copied_statement_is_traced_to_its_plan():
    copied = "Ada will have a visual timetable on the desk, made each morning by the teaching assistant."
    (stranger,) = view_of(two_plans(copied, F=copied)).strangers
    assert (stranger.path, stranger.section, stranger.owners) == ("bruno.md", "F", ("ada.md",))
    assert stranger.sort == "same-words"


def test_a_first_name_that_one_other_child_has_is_a_question():
    (stranger,) = view_of(two_plans("Ada will have a visual timetable on the desk each morning.")).strangers
    assert stranger.sort == "first-name"


def test_a_first_name_that_many_children_have_tells_nothing():
    others = [
        audited(plan_text(f"Ada {last}", born=f"{n + 1} May 2016", B=own_words(20 + n)), f"other-{n}.md")
        for n, last in enumerate(("Orme", "Pike", "Quill"))
    ]
    assert view_of([*two_plans("Ada will have a visual timetable each morning."), *others]).strangers == ()


def test_the_full_name_of_another_child_is_found_and_staff_and_own_family_are_not():
    (stranger,) = view_of(two_plans("A rota that suits Ada Fenn stands beside the door of the hall.")).strangers
    assert (stranger.path, stranger.sort) == ("bruno.md", "full-name")
    assert view_of(two_plans("A rota that suits Adam Kell stands beside the door of the hall.")).strangers == ()


def test_a_plan_without_another_name_is_left_alone():
    assert view_of(two_plans("Bruno will have a visual timetable on the desk each morning.")).strangers == ()


# ---------------------------------------------------------------- versions


UPN = "UPN: A1234567890126"


def upn() -> str:
    from ehcaudit.language.identifiers import upn_valid

    digits = "12345678901"
    return next(f"{c}{digits}2" for c in "ABCDEFGHJKLMNPQRTUVWXYZ" if upn_valid(f"{c}{digits}2"))


def versions(**second: str) -> list[PlanAudit]:
    front = f"Unique pupil number: {upn()}"
    first = {"name": "Ada Fenn", "status": "Draft", "made": "1 June 2026", "front": front, "year": "Year 3"}
    later = {"name": "Ada Fenn", "front": front, **second}
    return [audited(plan_text(**first), "1-draft.md"), audited(plan_text(**later), "2-final.md")]


def test_versions_that_agree_are_not_listed():
    assert view_of(versions()).contradictions == ()


def test_a_date_of_birth_that_differs_between_versions_is_found():
    (found,) = view_of(versions(born="14 May 2018")).contradictions
    assert found.facts == ("born",)
    assert found.paths == ("1-draft.md", "2-final.md")


def test_another_name_on_the_same_pupil_number_is_found():
    (found,) = view_of(versions(name="Adele Fenn")).contradictions
    assert "name" in found.facts


@pytest.mark.parametrize(("year", "facts"), [("Year 3", ()), ("Year 4", ()), ("Year 8", ("school_year",))])
def test_a_repeated_year_is_no_contradiction_and_four_years_are(year, facts):
    assert [c.facts for c in view_of(versions(year=year)).contradictions] == ([facts] if facts else [])


# ---------------------------------------------------------------- groups and small numbers


def grouped(statuses: str, faulty: set[int]) -> list[PlanAudit]:
    return [
        audited(
            plan_text(f"{chr(65 + n % 26)}ba Xi{chr(97 + n % 26)}u", born=f"{n + 1} May 2016", status=status),
            f"{n:02}.md",
            findings=(("outcomes/vague-verb", "E"),) if n in faulty else (),
        )
        for n, status in enumerate(statuses.split())
    ]


def test_the_commonest_faults_are_counted_by_status_and_section():
    view = view_of(grouped("Final " * 8 + "Draft " * 6, {0, 1, 2, 3, 4, 5}))
    groups = {(g.dimension, g.value): g for g in view.groups}
    assert groups["status", "final"].children == 8
    assert [(f.rule, f.children) for f in groups["section", "E"].faults] == [("outcomes/vague-verb", 6)]
    assert [(f.rule, f.children) for f in groups["status", "final"].faults] == [("outcomes/vague-verb", 6)]
    assert groups["status", "draft"].faults == ()


def test_a_group_of_four_is_not_shown_and_neither_is_the_one_that_would_betray_it():
    view = view_of(grouped("Final " * 9 + "Draft " * 4, set()))
    assert [g for g in view.groups if g.dimension == "status"] == []


def test_four_plans_give_no_figures_at_all():
    view = view_of(caseload(*[THERAPY] * 4))
    assert (view.repeated, view.shared, view.groups) == ((), (), ())


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 30), min_size=1), st.integers(2, 10))
def test_small_numbers_are_never_shown_nor_left_by_subtraction(counts, smallest):
    kept = told(counts, smallest, parts=True)
    assert all(count >= smallest for count in kept.values())
    rest = sum(counts.values()) - sum(kept.values())
    assert rest == 0 or rest >= smallest or not kept


def random_traces(seed: int, count: int) -> list[Trace]:
    """Made-up traces with much in common."""
    chance = random.Random(seed)
    pool = [("outcome", "E"), ("provision", "F"), ("need", "B"), ("text", "A")]
    made = []
    for n in range(count):
        chosen = sorted({(*chance.choice(pool), chance.randrange(12)) for _ in range(8)})
        forms = [f"[child] has {WORDS[w]} {WORDS[w + 1]} with {WORDS[w + 2]} every day" for _, _, w in chosen]
        passages = tuple(
            Passage(kind, section, digest(section, form))
            for (kind, section, _), form in zip(chosen, forms, strict=True)
        )
        rules = chance.sample(["outcomes/x", "provision/y", "needs/z"], chance.randrange(4))
        made.append(
            Trace(
                f"{n:03}.docx",
                child=(digest(f"child {chance.randrange(count)}"),),
                name=digest(chance.choice("pqr")),
                version=(f"2026-0{chance.randrange(1, 9)}-01", chance.randrange(3), str(n)),
                facts={"born": chance.randrange(2), "school_year": 2010 + chance.randrange(3)},
                family=chance.randrange(2),
                values={
                    "status": (chance.choice(["draft", "final", "amended"]),),
                    "key stage": (chance.choice(["Key Stage 1", "Key Stage 2"]),),
                    "area": tuple(chance.sample(["care", "semh"], chance.randrange(3))),
                },
                faults={rule: {"section": ("E",), "area": ("care",)} for rule in sorted(rules)},
                passages=passages,
                words=zlib.compress("\n".join(forms).encode()) if forms else b"",
                sketch=sketch(shingles(" ".join(forms))),
                strangers=((digest(chance.choice("pqr")), passages[0].hash, "E"),) if passages else (),
            )
        )
    return made


@given(st.integers(0, 10**6), st.integers(0, 40), st.randoms())
@settings(max_examples=40, deadline=None)
def test_the_order_of_the_plans_does_not_matter(seed, count, chance):
    traces = random_traces(seed, count)
    view = view_of(traces)
    chance.shuffle(traces)
    assert view_of(traces) == view


@given(st.integers(0, 10**6), st.integers(0, 60))
@settings(max_examples=40, deadline=None)
def test_no_figure_of_a_view_is_under_five(seed, count):
    view = view_of(random_traces(seed, count))
    figures = [r.children for r in view.repeated] + [g.children for g in view.groups]
    figures += [fault.children for group in view.groups for fault in group.faults]
    figures += [s.shared for s in view.shared if s.shared] + [s.statements for s in view.shared]
    assert [figure for figure in figures if figure < 5] == []
    for dimension in PARTS:
        shown = [g.children for g in view.groups if g.dimension == dimension]
        left = view.children - sum(shown)
        assert not shown or left == 0 or left >= 5
        totals = {f.rule: f.children for g in view.groups if g.dimension == "theme" for f in g.faults}
        counts = Counter()
        for group in view.groups:
            if group.dimension == dimension:
                counts.update({fault.rule: fault.children for fault in group.faults})
        assert all(totals[rule] == told_of or totals[rule] - told_of >= 5 for rule, told_of in counts.items())


def test_every_order_of_three_real_plans_gives_the_same_view():
    plans = caseload(THERAPY, THERAPY, "Nothing alike stands here at all.", E=OUTCOME)
    assert len({view_of(order) for order in permutations(plans)}) == 1


# ---------------------------------------------------------------- traces


def test_a_trace_comes_back_from_its_bytes_under_another_path():
    (audit, *_) = caseload(THERAPY, E=OUTCOME)
    made = trace(audit)
    assert Trace.unpack(made.pack()) == made
    assert Trace.unpack(made.pack(), "moved.md") == replace(made, path="moved.md")
    assert len(made.texts()) == len(made.passages)


def test_without_words_what_repeats_is_counted_and_not_shown():
    bare = [trace(audit).pack(words=False) for audit in caseload(*[THERAPY] * 6)]
    assert not any(b"session" in zlib.decompress(p[4:]) if p[4:6] == b"\x78" else b"session" in p for p in bare)
    view = view_of(bare)
    assert {s.kind: s.shared for s in view.shared}["provision"] == 6
    assert {r.text for r in view.repeated} == {""}


def test_a_trace_holds_no_name_number_or_date_of_the_child():
    made = trace(versions()[0])
    packed = made.pack(words=False).decode("latin-1") + "\n".join(made.texts())
    for word in ("Ada", "Fenn", upn(), "2018"):
        assert word not in packed


@pytest.mark.parametrize("payload", [b"", b"\x00\x00\x00\x02{}", b"\x00\x00\x00\x05nope!", b"\xff\xff"])
def test_bytes_that_are_no_trace_are_refused(payload):
    with pytest.raises(ValueError):  # noqa: PT011 - its message is the parser's own
        Caseload().add(payload)


def test_a_plan_costs_few_bytes_of_memory():
    """100,000 plans in under 500 MB: 5,000 bytes each, here with 120 passages that no other plan has."""
    chance = random.Random(5)

    def one(n: int) -> Trace:
        passages = tuple(Passage("provision", "F", chance.getrandbits(64)) for _ in range(120))
        return Trace(
            f"folder/{n:06}.docx", passages=passages, sketch=array("H", range(256)), version=("2026-01-01", 2, str(n))
        )

    gathered = Caseload()
    for n in range(500):  # What does not grow with the plans.
        gathered.add(one(n))
    tracemalloc.start()
    for n in range(500, 1500):
        gathered.add(one(n))
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert used / 1000 < 5000


# ---------------------------------------------------------------- reports


def run_of(plans: list[PlanAudit]) -> Run:
    return Run("0.1.0", "abcdef012345", date(2026, 11, 23), "findings", tuple(plans))


def test_the_json_is_what_its_schema_says_and_the_same_twice():
    run = run_of([*caseload(*[THERAPY] * 7, E=OUTCOME), *versions(born="14 May 2018")])
    payload = render(run, "caseload")
    assert payload == render(run, "caseload")
    document = json.loads(payload)
    jsonschema.Draft202012Validator(json_schema()).validate(document)
    assert document["schema"] == "ehcaudit.caseload/1"
    assert document["contradictions"] == [{"paths": ["1-draft.md", "2-final.md"], "facts": ["born"]}]
    assert document["repeated"][0]["children"] == 7


def test_an_empty_run_is_a_document_too():
    document = json.loads(render(run_of([]), "caseload"))
    jsonschema.Draft202012Validator(json_schema()).validate(document)
    assert (document["plans"], document["children"], document["repeated"]) == (0, 0, [])


def test_the_terminal_report_on_a_folder_says_what_the_caseload_shows():
    run = run_of([*caseload(*[THERAPY] * 7, E=OUTCOME), *versions(born="14 May 2018")])
    out = " ".join(render(run, "terminal", ReportOptions(width=100)).decode().split())
    assert "Across the caseload: 9 plans of 8 children" in out
    assert "7 88 % F provision [child] will have a [n]-minute session" in out
    assert "1-draft.md, 2-final.md: the date of birth" in out
    assert "The same outcome for different children" in out


def test_one_plan_has_no_caseload():
    assert "Across the caseload" not in render(run_of(caseload(THERAPY)), "terminal").decode()


def test_a_redacted_report_holds_no_words_and_no_paths():
    run = run_of([*caseload(*[THERAPY] * 7, E=OUTCOME), *versions(born="14 May 2018")])
    payload = render(run, "caseload", ReportOptions(redact=True)).decode()
    for word in ("session", "adult", "plans/", "draft.md", "Ada"):
        assert word not in payload
