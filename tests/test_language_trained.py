"""A trained spaCy model, where its user has one, reads for names that nothing announces; here a test builds one."""

import json

import pytest
import spacy

from ehcaudit.cli import main
from ehcaudit.errors import UsageError
from ehcaudit.language.trained import people_in, version

PLAN = """# Education, Health and Care Plan

Name: Kit

## Section A: Views, interests and aspirations

Kit likes trains. Gwendolen Tarr takes him to the museum.

## Section B: Special educational needs

Kit finds loud rooms hard. Gwendolen Tarr has seen this at home too. Dr Hannah Osgood saw Kit in clinic.

## Section E: Outcomes

By July 2027 Kit will ask for a break with a card in four lessons out of five.

## Section F: Special educational provision

A teaching assistant will practise the card with Kit for 10 minutes each school day, one to one.
"""


@pytest.fixture
def model(tmp_path):
    """A folder with a model that knows three people by heart."""
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "PERSON", "pattern": name} for name in ("Gwendolen Tarr", "Hannah Osgood", "Kit")])
    ruler.add_patterns([{"label": "GPE", "pattern": "museum"}])
    nlp.to_disk(tmp_path / "names")
    return tmp_path / "names"


def audited(tmp_path, monkeypatch, capsys, settings: str) -> tuple[int, dict, str]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ehcaudit.toml").write_text(settings, encoding="utf-8")
    (tmp_path / "plan.md").write_text(PLAN, encoding="utf-8")
    code = main(
        [
            "check",
            "plan.md",
            "--select",
            "identity/person-named",
            "--format",
            "json",
            "--exit-zero",
            "--as-of",
            "2026-11-25",
        ]
    )
    out, err = capsys.readouterr()
    return code, json.loads(out) if out else {}, err


def findings(run: dict) -> list[str]:
    return [part["quote"] for f in run["plans"][0]["findings"] for part in f["evidence"]]


def test_without_a_model_a_name_is_found_where_a_title_announces_it(tmp_path, monkeypatch, capsys):
    _, run, _ = audited(tmp_path, monkeypatch, capsys, "")
    assert findings(run) == ["Dr Ha"]


def test_with_a_model_each_other_name_is_asked_about_once_and_never_shown_in_full(tmp_path, monkeypatch, capsys, model):
    code, run, _ = audited(tmp_path, monkeypatch, capsys, '[language]\nmodel = "./names"\n')
    assert code == 0
    assert [quote for quote in findings(run) if quote.startswith("Gwen")] == ["Gwen"]
    assert [quote for quote in findings(run) if "Ha" in quote] == ["Dr Ha"]
    assert "Gwendolen" not in json.dumps(run["plans"][0]["findings"])


def test_a_model_that_is_not_there_or_finds_no_names_is_one_line_and_code_2(tmp_path, monkeypatch, capsys):
    code, _, err = audited(tmp_path, monkeypatch, capsys, '[language]\nmodel = "en_no_such_model"\n')
    assert (code, "no spaCy model “en_no_such_model” is installed" in " ".join(err.split())) == (2, True)
    spacy.blank("en").to_disk(tmp_path / "blank")
    code, _, err = audited(tmp_path, monkeypatch, capsys, '[language]\nmodel = "./blank"\n')
    assert (code, "cannot find names" in " ".join(err.split())) == (2, True)
    assert "Traceback" not in err


def test_answers_of_a_model_are_kept_apart_by_its_version(model):
    assert version(str(model)).startswith("en_")
    assert [
        [(p.start, p.end) for p in one] for one in people_in(["Kit met Gwendolen Tarr.", "Nobody."], str(model))
    ] == [
        [(0, 3), (8, 22)],
        [],
    ]
    with pytest.raises(UsageError, match="no spaCy model"):
        version("en_no_such_model")
