"""Every rule file is a rule with sources, and answers its own examples through the real pipeline."""

from __future__ import annotations

from pathlib import Path

import pytest

from ehcaudit.errors import RuleError
from ehcaudit.judging import check_example
from ehcaudit.rules import THEMES, load_rule, load_rules, rules_folder

RULES = load_rules()
EXAMPLES = [
    pytest.param(
        rule,
        example,
        kind == "bad",
        id=f"{rule.id}-{kind}-{number}",
        marks=[pytest.mark.xfail(reason=str(example.known_gap), strict=True)] if example.known_gap else [],
    )
    for rule in RULES.rules
    for kind, examples in (("bad", rule.file.bad), ("good", rule.file.good))
    for number, example in enumerate(examples, 1)
]


@pytest.mark.parametrize(("rule", "example", "bad"), EXAMPLES)
def test_a_rule_answers_its_example_as_the_file_says(rule, example, bad):
    assert check_example(rule, example, bad=bad) == []


@pytest.mark.parametrize("rule", RULES.rules, ids=lambda rule: rule.id)
def test_a_rule_has_sources_words_and_three_examples_of_each_kind(rule):
    file = rule.file
    assert rule.theme in THEMES
    assert len(file.bad) >= 3
    assert len(file.good) >= 3
    assert all(source.cite for source in file.sources)
    for words in (file.title, file.message, file.why, file.fix):
        assert words.strip() == words
        assert words
    if file.basis != "law":
        assert " must " not in f" {file.fix} {file.why} ", "“must” is used for law alone"


@pytest.mark.parametrize("rule", RULES.rules, ids=lambda rule: rule.id)
def test_a_bad_example_says_which_words_are_quoted_unless_something_is_missing(rule):
    for example in rule.file.bad:
        words = example.text + " ".join(str(text) for text in example.sections.values()) + (example.front or "")
        for quote in example.quotes:
            assert " ".join(quote.split()[:2]) in words.replace("**", "") or rule.file.where, quote


WHOLE = """
title = "T"
theme = "local"
severity = "minor"
where = "F"
basis = "practice"
message = "“{quote}”"
why = "W"
fix = "X"
sources = [{ cite = "Our own guide" }]
[check]
type = "phrases"
phrases = ["lots of"]
[[bad]]
text = "Lots of help."
quote = "Lots of"
[[good]]
text = "Help for ten minutes a day."
"""


def write_rule(tmp_path: Path, text: str, name: str = "too-many") -> Path:
    (tmp_path / "local").mkdir(exist_ok=True)
    path = tmp_path / "local" / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_local_rule_joins_the_built_in_ones(tmp_path):
    write_rule(tmp_path, WHOLE)
    assert load_rules(tmp_path).get("local/too-many").origin == str(tmp_path)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (('severity = "minor"', 'severity = "minor"\nseverty = "minor"'), "did you mean “severity”"),
        (('type = "phrases"', 'type = "phrase"'), "did you mean “phrases”"),
        (('where = "F"', 'where = "provisions"'), "did you mean “provision”"),
        (('phrases = ["lots of"]', 'phrases = ["lots of"]\nphrase = 1'), "did you mean “phrases”"),
        (('theme = "local"', 'theme = "other"'), "its folder is “local”"),
        (("[[good]]", "[[godo]]"), "did you mean “good”"),
        (('why = "W"', "why = "), "is not TOML"),
    ],
)
def test_a_rule_file_that_is_not_exactly_a_rule_is_refused_with_the_nearest_right_name(tmp_path, change, complaint):
    path = write_rule(tmp_path, WHOLE.replace(*change))
    with pytest.raises(RuleError, match=complaint) as caught:
        load_rule(path)
    assert str(path) in str(caught.value)


def test_choosing_a_rule_that_does_not_exist_names_the_nearest():
    with pytest.raises(RuleError, match="did you mean “outcomes/not-time-bound”"):
        RULES.choose(select=["outcomes/not-time-bond"])


def test_a_rule_set_says_why_each_rule_is_off():
    chosen = RULES.choose(select=["outcomes"], ignore=["outcomes/vague-verb"])
    assert chosen.off["outcomes/vague-verb"] == "ignored"
    assert chosen.off["structure/section-missing"] == "not selected"
    assert "outcomes/not-time-bound" in {rule.id for rule in chosen}


def test_the_rule_set_hash_changes_with_the_rules_in_force():
    assert RULES.digest != RULES.choose(ignore=["outcomes/vague-verb"]).digest
    assert RULES.digest == load_rules(rules_folder()).digest
