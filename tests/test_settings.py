"""Defaults < ehcaudit.toml < flags; what is not a setting is refused with the nearest right name."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ehcaudit.engine import Gate
from ehcaudit.errors import SettingsError, UsageError
from ehcaudit.readers.base import Limits
from ehcaudit.scoring import GRADES, THEME_WEIGHTS
from ehcaudit.settings import Settings, find_settings, parse_date, parse_sections


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "ehcaudit.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_file_the_defaults_hold():
    settings = Settings.load()
    assert settings.engine_options()["gate"] == Gate("minor", None)
    assert settings.reader_limits() == Limits()
    assert settings.engine_options()["scale"].theme_weights == THEME_WEIGHTS
    assert settings.engine_options()["scale"].grades == GRADES
    assert settings.engine_options()["policy"].advice_months["default"] > 0


WHOLE = """
[rules]
select = ["outcomes"]
ignore = ["outcomes/vague-verb"]
persona = "pedantic"
folders = ["local"]

[policy]
advice_months = { educational-psychologist = 12, default = 18 }
review_months = 11

[score]
themes = { voice = 5 }
grades = { Strong = 80, Weak = 0 }
cap = "Weak"
min_coverage = 0.8

[gate]
fail_on = "major"
min_score = 70

[limits]
max_bytes = 1000
max_seconds = 1.5
"""


def test_a_file_sets_everything(tmp_path):
    settings = Settings.load(written(tmp_path, WHOLE))
    assert settings.rules.select == ("outcomes",)
    assert settings.rules.folders == (str(tmp_path / "local"),)
    assert settings.engine_options()["policy"].advice_months["educational-psychologist"] == 12
    assert settings.engine_options()["policy"].advice_months["default"] == 18
    assert settings.engine_options()["policy"].review_months == 11
    assert settings.engine_options()["scale"].theme_weights["voice"] == 5
    assert settings.engine_options()["scale"].theme_weights["outcomes"] == THEME_WEIGHTS["outcomes"]
    assert settings.engine_options()["scale"].grades == {"Strong": 80, "Weak": 0}
    assert settings.engine_options()["scale"].cap == "Weak"
    assert settings.engine_options()["gate"] == Gate("major", 70)
    assert settings.reader_limits().max_bytes == 1000
    assert settings.reader_limits().max_seconds == 1.5
    assert settings.reader_limits().max_depth == Limits().max_depth


def test_flags_stand_over_the_file_and_folders_add_up(tmp_path):
    settings = Settings.load(
        written(tmp_path, WHOLE), select=["voice"], fail_on="never", folders=["mine"], min_score=None, ignore=[]
    )
    assert settings.rules.select == ("voice",)
    assert settings.rules.ignore == ("outcomes/vague-verb",)
    assert settings.rules.folders == (str(tmp_path / "local"), "mine")
    assert settings.engine_options()["gate"] == Gate(None, 70)


def test_a_flag_of_nought_counts():
    assert Settings.load(None, min_score=0.0).gate.min_score == 0


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[rule]\n", "“rule” is not a key; did you mean “rules”"),
        ("[gate]\nfail-on = 'minor'\n", "“gate.fail-on” is not a key; did you mean “fail_on”"),
        (
            "[gate]\nfail_on = 'mayor'\n",
            "gate.fail_on: “mayor” is not one of critical, major, minor, advice, never; did you mean “major”",
        ),
        ("[gate]\nmin_score = 101\n", "gate.min_score: input should be less than or equal to 100"),
        ("[gate]\nmin_score = nan\n", "gate.min_score: input should be a finite number"),
        (
            "[gate.presets.panel]\nmin_scor = 4\n",
            "“gate.presets.panel.min_scor” is not a key; did you mean “min_score”",
        ),
        (
            "[gate.presets.panel]\nshares = [{ name = 'x', atleast = 95, rules = ['voice'] }]\n",
            "“gate.presets.panel.shares.0.atleast” is not a key; did you mean “at_least”",
        ),
        ("[[waivers]]\nexpire = 2027-01-01\n", "“waivers.0.expire” is not a key; did you mean “expires”"),
        (
            "[[waivers]]\nrule = 'a/b'\nplan = 'a'\nowner = 'o'\nexpires = 2027-01-01\nreason = '  '\n",
            "waivers.0.reason: string should have at least 1 character",
        ),
        ("[limits]\nmax_byte = 1\n", "“limits.max_byte” is not a key; did you mean “max_bytes”"),
        ("[limits]\nmax_bytes = 0\n", "limits.max_bytes: input should be greater than 0"),
        ("[policy]\nadvice_months = { default = 0 }\n", "policy.advice_months.default: input should be greater"),
        ("[score]\ngrades = { Good = 50, Poor = 10 }\n", "the lowest one is 0"),
        ("[score]\ncap = 'Goood'\n", "cap “Goood” is not one of the grades; did you mean “Good”"),
        ("[rules]\npersona = 'quiet'\n", "rules.persona: “quiet” is not one of statutory, quality, pedantic"),
        ("origin = 'x'\n", "“origin” is not a key"),
        ("[rules\n", "is not TOML"),
    ],
)
def test_what_is_not_a_setting_is_refused_with_the_file_the_key_and_the_nearest_name(tmp_path, text, complaint):
    path = written(tmp_path, text)
    with pytest.raises(SettingsError) as caught:
        Settings.load(path)
    assert complaint in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_settings_file_that_is_not_there_or_not_text_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="there is no such settings file"):
        Settings.load(tmp_path / "none.toml")
    (tmp_path / "odd.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="cannot be read as UTF-8 text"):
        Settings.load(tmp_path / "odd.toml")


def test_a_bad_flag_is_refused_by_its_name():
    with pytest.raises(UsageError, match=r"--fail-on: .*“mino” is not one of .*did you mean “minor”"):
        Settings.load(None, fail_on="mino")
    with pytest.raises(UsageError, match="--min-score"):
        Settings.load(None, min_score=float("nan"))
    with pytest.raises(UsageError, match="is not a setting"):
        Settings.load(None, colour="red")


def test_a_bad_minimum_is_refused_by_the_name_of_its_flag():
    with pytest.raises(UsageError, match=r"^--min-theme: min_themes\.voice"):
        Settings.load(min_themes={"voice": 300.0})


def test_a_weight_for_a_theme_that_no_rule_has_is_refused(tmp_path):
    settings = Settings.load(written(tmp_path, "[score]\nthemes = { outcome = 2 }\n"))
    with pytest.raises(SettingsError, match="did you mean “outcomes”"):
        settings.rule_set()


def test_the_nearest_file_upwards_is_found_but_not_beyond_the_repository(tmp_path):
    deep = tmp_path / "repo" / "a" / "b"
    deep.mkdir(parents=True)
    top = written(tmp_path, "")
    assert find_settings(deep) == top
    (tmp_path / "repo" / ".git").mkdir()
    assert find_settings(deep) is None
    near = written(tmp_path / "repo" / "a", "")
    assert find_settings(deep) == near


def test_the_search_ends_at_the_home_folder(tmp_path, monkeypatch):
    home = tmp_path / "home"
    (home / "plans").mkdir(parents=True)
    written(tmp_path, "")
    monkeypatch.setattr(Path, "home", lambda: home)
    assert find_settings(home / "plans") is None


@pytest.mark.parametrize(
    "text", ["2026-11-03", "03/11/2026", "3/11/2026", "3.11.2026", "3-11-2026", "3 November 2026", " 3 Nov 2026 "]
)
def test_a_date_is_iso_or_british(text):
    assert parse_date(text) == date(2026, 11, 3)


@pytest.mark.parametrize("text", ["11/23/2026", "2026-13-01", "3/11/26", "tomorrow", "", "3 Novembre 2026"])
def test_what_is_not_a_date_is_refused(text):
    with pytest.raises(UsageError, match="is not a date"):
        parse_date(text)


def test_sections_are_letters_in_any_case_and_h_is_both():
    assert parse_sections(["e,F", "h"]) == ("E", "F", "H1", "H2")
    assert parse_sections(["B C", "B"]) == ("B", "C")
    assert parse_sections([]) == ()
    with pytest.raises(UsageError, match="“L” is not a section"):
        parse_sections(["L"])
