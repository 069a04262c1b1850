"""Faults of wording and phrases become findings that quote the right words at the right place."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehcaudit.checks import Context
from ehcaudit.checks.base import Answer
from ehcaudit.checks.outcomes import DateOptions, date_past
from ehcaudit.checks.phrases import PhraseOptions, phrases
from ehcaudit.checks.statement import StatementOptions, evidence_of, spread, statement
from ehcaudit.checks.words import lowered
from ehcaudit.language.values import Fault, Judgement
from ehcaudit.model import Evidence, Facts, Item, Plan
from ehcaudit.plan import build
from ehcaudit.readers.text import from_markdown

AS_OF = date(2026, 11, 1)


def plan_of(text: str, **facts: object) -> Plan:
    plan = build(from_markdown("# Education, Health and Care Plan\n\n" + text))
    return replace(plan, partial=True, facts=replace(plan.facts, **facts)) if facts else replace(plan, partial=True)


def judged(item: Item, *faults: tuple[str, str, bool], verdict: str = "weak", sort: str = "") -> Judgement:
    """A judgement made by hand: (code, the words it is about or "" for the whole, serious)."""
    made = []
    for code, quote, serious in faults:
        start = item.text.index(quote) if quote else 0
        made.append(Fault(code, start, start + len(quote) if quote else len(item.text), serious))
    return Judgement(item.kind, item.text, verdict, 0.2, {}, tuple(made), sort)  # type: ignore[arg-type]


def ask(plan: Plan, had: list[tuple[str, str, bool]], *, sort: str = "", **options: object) -> Answer:
    """The answer of ``statement`` where the first item of F has these faults and the others have none."""
    context = Context(AS_OF)
    for number, item in enumerate(plan.of("provision", "F")):
        context.remember(item, judged(item, *(had if number == 0 else []), sort=sort))
    return statement(plan, StatementOptions(**options), ("F",), context)


PLAN = plan_of("""
## Section F: Special educational provision

- A tutor will help Max with reading as required.
- A tutor will teach Max to swim for 30 minutes every Friday.
""")


def test_a_fault_is_quoted_in_its_own_words_and_counts_its_item():
    answer = ask(PLAN, [("hedged", "as required", True)], faults=("hedged",))
    assert [e.quote for hit in answer.hits for e in hit.evidence] == ["as required"]
    assert (answer.status, answer.met, answer.items) == ("not_met", 1, 2)


def test_where_something_is_missing_the_whole_item_is_quoted():
    answer = ask(PLAN, [("no-duration", "", True)], faults=("no-duration",))
    assert [e.quote for hit in answer.hits for e in hit.evidence] == ["A tutor will help Max with reading as required."]


def test_an_item_whose_graver_fault_makes_this_one_moot_is_not_asked():
    faults = [("no-content", "", True), ("no-duration", "", True)]
    answer = ask(PLAN, faults, faults=("no-duration",), skip_with=("no-content",))
    assert (answer.hits, answer.met, answer.items) == ((), 1, 1)


def test_beside_another_rules_fault_only_vague_words_are_reported_and_nothing_missing():
    missing = [("recommended", "help", False), ("no-frequency", "", True)]
    vague = [("recommended", "help", False), ("vague-frequency", "as required", True)]
    options = {"faults": ("no-frequency", "vague-frequency"), "moot_beside": ("recommended",)}
    assert ask(PLAN, missing, **options).hits == ()
    assert [e.quote for hit in ask(PLAN, vague, **options).hits for e in hit.evidence] == ["as required"]


def test_a_rule_about_group_work_asks_only_items_that_mention_a_group():
    assert ask(PLAN, [("no-group", "", False)], faults=("no-group",), mentions=("group",)).items is None
    assert ask(PLAN, [("no-group", "", False)], faults=("no-group",), mentions=("reading",)).status == "not_met"


def test_a_fault_that_is_only_noted_does_not_make_another_moot():
    faults = [("hedged", "as required", False), ("no-duration", "", True)]
    assert ask(PLAN, faults, faults=("no-duration",), skip_with=("hedged",)).status == "not_met"


def test_a_noted_fault_is_passed_over_or_left_to_a_person_as_the_rule_says():
    noted = [("hedged", "as required", False)]
    assert ask(PLAN, noted, faults=("hedged",), serious_only=True).status == "met"
    assert ask(PLAN, noted, faults=("hedged",), query_when_mild=True).status == "query"
    assert ask(PLAN, noted, faults=("hedged",)).status == "not_met"


def test_one_finding_tells_all_that_is_missing_in_the_order_of_the_rule():
    faults = [("no-deliverer", "", True), ("no-duration", "", True), ("no-frequency", "", True)]
    words = {
        "no-frequency": "how often",
        "no-duration": "how long",
        "no-deliverer": "by whom",
        "no-group": "in what group",
    }
    (hit,) = ask(PLAN, faults, faults=("no-frequency",), tell=words).hits
    assert hit.values == {"missing": "how often, how long and by whom"}


def test_a_rule_for_some_sorts_of_provision_asks_no_other():
    assert (
        ask(PLAN, [("no-review", "", False)], sort="equipment", faults=("no-review",), sorts=("therapy",)).items is None
    )


def test_an_entry_that_says_there_is_none_is_not_judged():
    plan = plan_of("## Section F: Special educational provision\n\nNone required.\n")
    assert statement(plan, StatementOptions(faults=("no-content",)), ("F",), Context(AS_OF)).status == "not_applicable"


def test_a_section_that_cannot_be_read_is_not_assessed_even_where_others_have_findings():
    plan = plan_of("## Section F: Provision\n\n- A tutor helps as required.\n\n## Section G: Health care\n\nX.\n")
    dark = replace(plan.sections["G"], blocks=(), unreadable="its content is a picture")
    plan = replace(plan, sections={**plan.sections, "G": dark})
    context = Context(AS_OF)
    for item in plan.items:
        context.remember(item, judged(item, *([("hedged", "as required", True)] if item.section == "F" else [])))
    answer = statement(plan, StatementOptions(faults=("hedged",)), ("provision",), context)
    assert answer.status == "not_assessed"
    assert "Section G" in answer.reason
    assert [e.quote for hit in answer.hits for e in hit.evidence] == ["as required"]


def test_a_fault_of_a_column_of_its_own_quotes_the_column():
    plan = plan_of("""
## Section F: Special educational provision

| Provision | By whom | Frequency |
|---|---|---|
| Phonics programme, one to one, 20 minutes | Teaching assistant | Ongoing |
""")
    (item,) = plan.of("provision", "F")
    made = judged(item)
    (part,) = evidence_of(item, Fault("vague-frequency", -1, -1, True), made)
    assert part.quote == "Ongoing"
    (part,) = evidence_of(item, Fault("vague-frequency", 0, len(item.text), True), made)
    assert part.quote == "Ongoing"
    assert evidence_of(item, Fault("vague-group", -1, -1, True), made) == item.evidence
    assert evidence_of(item, Fault("no-frequency", 0, len(item.text), True), made) == item.evidence


# ---------------------------------------------------------------- from an item's text back to the blocks

PARTS = st.lists(st.text("ab .\u00e9\U0001f600", min_size=1, max_size=8).filter(str.strip), min_size=1, max_size=4)


@given(PARTS, st.integers(0, 40), st.integers(0, 40))
def test_a_stretch_of_an_items_text_is_found_again_in_its_blocks(texts, one, other):
    padded = [f"  {text.strip()} " for text in texts]
    parts = tuple(Evidence(n, 2, 2 + len(t.strip()), t.strip()) for n, t in enumerate(padded))
    text = " ".join(part.quote for part in parts)
    start, end = sorted((min(one, len(text)), min(other, len(text))))
    found = spread(parts, start, end)
    for part in found:
        assert padded[part.block_id][part.start : part.end] == part.quote
        assert part.quote == part.quote.strip()
        assert part.quote
    assert "".join("".join(p.quote for p in found).split()) == "".join(text[start:end].split())


def test_a_lead_in_and_its_bullet_are_two_parts_of_one_quote():
    plan = plan_of("## Section E: Outcomes\n\nBy July 2027 Max will:\n\n- read ten words\n- count to ten\n")
    first, second = plan.of("outcome", "E")
    assert [p.quote for p in spread(first.evidence, 0, len(first.text))] == ["By July 2027 Max will:", "read ten words"]
    at = second.text.index("will: count")
    assert [p.quote for p in spread(second.evidence, at, at + len("will: count"))] == ["will:", "count"]


# ---------------------------------------------------------------- phrases


def said(plan: Plan, *where: str, **options: object) -> list[str]:
    answer = phrases(plan, PhraseOptions(**options), where, Context(AS_OF))
    for hit in answer.hits:
        for part in hit.evidence:
            assert plan.document.blocks[part.block_id].text[part.start : part.end] == part.quote
    return [part.quote for hit in answer.hits for part in hit.evidence]


VIEWS = plan_of("""
## Section A: Views

Max is non-verbal. His Mum says: “He is non-verbal, and so what?”

Max’s nonverbal reasoning is strong; don’t know why.

## Section B: Special educational needs

- Max needs lots  of help, LOTS OF it.
- Max sees plots of land.
""")


def test_a_phrase_is_found_as_whole_words_whatever_its_capitals():
    assert said(VIEWS, "B", phrases=("lots of",)) == ["lots of", "LOTS OF"]


def test_what_the_family_says_in_quotation_marks_is_passed_over():
    assert said(VIEWS, "A", phrases=("non-verbal",)) == ["non-verbal"]
    assert said(VIEWS, "A", phrases=("non-verbal",), quoted_speech=True) == ["non-verbal", "non-verbal"]


def test_a_phrase_is_harmless_beside_words_that_the_rule_names_in_the_same_sentence():
    assert said(VIEWS, "A", phrases=("nonverbal",), unless=("reasoning",)) == []
    assert said(VIEWS, "A", phrases=("nonverbal",), unless=("so what", "don't know")) == ["nonverbal"]


def test_apostrophes_and_dashes_match_in_every_form():
    assert said(VIEWS, "A", phrases=("don't know", "max's")) == ["Max’s", "don’t know"]
    assert said(plan_of("## Section A: Views\n\nA one‑to‑one.\n"), "A", phrases=("one-to-one",)) == ["one‑to‑one"]


def test_a_plural_is_matched_only_where_the_rule_asks_for_it():
    plan = plan_of("## Section B: Needs\n\n- Max has tantrums.\n")
    assert said(plan, "B", phrases=("tantrum",)) == []
    assert said(plan, "B", phrases=("tantrum",), plurals=True) == ["tantrums"]


def test_phrases_over_items_count_the_items_and_over_the_document_every_block():
    answer = phrases(VIEWS, PhraseOptions(phrases=("lots of",)), ("need",), Context(AS_OF))
    assert (answer.status, answer.met, answer.items) == ("not_met", 1, 2)
    assert {hit.item for hit in answer.hits} == {"B1"}
    assert said(VIEWS, "document", phrases=("plan", "plots")) == ["Plan", "plots"]


def test_phrases_of_a_section_that_is_not_there_are_not_asked():
    answer = phrases(VIEWS, PhraseOptions(phrases=("x",)), ("F",), Context(AS_OF))
    assert (answer.status, answer.hits) == ("not_applicable", ())


@given(st.text())
def test_small_letters_keep_every_offset(text):
    assert len(lowered(text)) == len(text)


WORD = st.text("abcdefgh", min_size=3, max_size=6)


@given(st.lists(WORD, min_size=0, max_size=12), st.lists(st.integers(0, 12), max_size=4))
def test_every_planted_phrase_is_found_and_noise_never_is(words, places):
    for place in sorted(places, reverse=True):
        words.insert(min(place, len(words)), "Where Possible")
    plan = plan_of("## Section F: Provision\n\nHe " + " ".join(words) + ".\n")
    assert said(plan, "F", phrases=("where possible", "wher")) == ["Where Possible"] * len(places)


# ---------------------------------------------------------------- dates of outcomes


def past(text: str, *, as_of: date = AS_OF, **facts: object) -> list[tuple[str, bool]]:
    plan = plan_of(f"## Section E: Outcomes\n\n{text}\n", **facts)
    hits = date_past(plan, DateOptions(), ("outcome",), Context(as_of)).hits
    return [(" ".join(part.quote for part in hit.evidence), hit.query) for hit in hits]


WRITTEN = {"plan_date": date(2026, 10, 1)}


def test_a_date_before_the_plan_is_a_fault_and_one_that_passed_since_is_for_a_person():
    assert past("- By July 2024 Max will read.", **WRITTEN) == [("By July 2024", False)]
    assert past("- By July 2027 Max will read.", **WRITTEN) == []
    assert past("- By July 2027 Max will read.", as_of=date(2028, 1, 1), **WRITTEN) == [("By July 2027", True)]


def test_without_a_plan_date_the_as_of_date_stands_for_it():
    assert past("- By July 2024 Max will read.", plan_date=None) == [("By July 2024", False)]


def test_a_school_year_is_read_against_the_childs_own():
    facts = Facts(plan_date=date(2026, 10, 1), year_group=5)
    known = {"plan_date": facts.plan_date, "year_group": facts.year_group}
    assert past("- By the end of Year 3 Max will read.", **known) == [("By the end of Year 3", False)]
    assert past("- By the end of Year 6 Max will read.", **known) == []


def test_the_last_of_several_dates_counts():
    assert past("- By July 2024 Max will read, and by July 2028 he will write.", **WRITTEN) == []


@pytest.mark.parametrize("text", ["- Max will read.", "- In June 2024 Max read ten words; he will read more."])
def test_an_outcome_without_a_date_to_reach_is_not_asked(text):
    plan = plan_of(f"## Section E: Outcomes\n\n{text}\n", **WRITTEN)
    assert date_past(plan, DateOptions(), ("outcome",), Context(AS_OF)).status == "not_applicable"
