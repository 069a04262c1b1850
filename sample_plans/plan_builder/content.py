"""One fictional plan's words, free of any layout: TOML in, a checked ``Content`` out. docs/sample-plans.md has more."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Area = Literal["communication", "cognition", "semh", "sensory", "independence", "health", "care"]
Day = date | str
"""A TOML date is printed in the plan's ``date_style``; a string is printed as it stands."""
Letter = Literal["A", "B", "C", "D", "E", "F", "G", "H1", "H2", "I", "J", "K"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PlanFacts(_Part):
    """What the plan says of itself."""

    authority: str
    status: Literal["draft", "final", "amended", ""] = "final"
    plan_date: Day | None = None
    review_date: Day | None = None
    first_issued: Day | None = None
    request_date: Day | None = None
    draft_sent: Day | None = None
    comments_by: Day | None = None
    review_meeting: Day | None = None
    date_style: Literal["long", "slash", "dots", "ordinal"] = "long"
    version: str = ""


class Child(_Part):
    """Whom the plan is about."""

    name: str
    surname: str = ""
    pronoun: Literal["he", "she", "they"] = "they"
    born: Day | None = None
    year_group: str = ""
    setting: str = ""
    parents: str = ""


class Detail(_Part):
    """One more line of the personal details on the front."""

    label: str
    value: str


class Headed(_Part):
    """Text under a heading of its own. Paragraphs are parted by an empty line; a line that begins "- " is a bullet."""

    heading: str = ""
    text: str = ""


class Extra(Headed):
    """An unlettered part."""

    heading: str
    after: Literal["front", "A", "B", "C", "D", "E", "F", "G", "H2", "I", "J", "K", "end"] = "end"


class Strength(_Part):
    """What the child can do already, in one area."""

    area: Area
    text: str


class Need(_Part):
    """One need of section B, C or D."""

    section: Literal["B", "C", "D"] = "B"
    area: Area
    text: str
    source: str = ""


class Outcome(_Part):
    """One outcome of section E; the optional fields become columns or lines of their own."""

    area: Area
    text: str
    when: str = ""
    measure: str = ""
    steps: str = ""


class Provision(_Part):
    """One provision of section F, G, H1 or H2; the optional fields become columns or lines of their own."""

    section: Literal["F", "G", "H1", "H2"] = "F"
    area: Area
    text: str
    outcomes: tuple[int, ...] = ()
    """Numbers of the outcomes it serves, counted from 1 in the order of the file."""
    needs: tuple[int, ...] = ()
    """Numbers of the needs it meets, counted from 1 over B, C and D together."""
    who: str = ""
    frequency: str = ""
    duration: str = ""
    group: str = ""
    where: str = ""
    review: str = ""


class Nothing(_Part):
    """What stands in a section, or one area of B, that holds no need or provision ("No needs identified")."""

    section: Literal["B", "C", "D", "E", "F", "G", "H1", "H2"]
    area: Area | None = None
    text: str


class Placement(_Part):
    """Section I."""

    name: str = ""
    type: str = ""
    text: str = ""


class Budget(_Part):
    """Section J."""

    text: str = ""


class AdviceEntry(_Part):
    """One row of section K."""

    title: str
    role: str = ""
    author: str = ""
    date: Day | None = None
    received: Day | None = None
    appended: str = "Yes"


class SignOff(_Part):
    """Who signed."""

    name: str = ""
    signature: str = ""
    """What stands in the signature's place; the name where it is left out."""
    role: str = ""
    date: Day | None = None


class Planted(_Part):
    """One fault that the writer put into the plan on purpose."""

    rule: str
    quote: str = ""
    """Words of the plan that the finding must quote; empty where something is missing."""
    also: tuple[str, ...] = ()
    """Rules whose finding on these words says the same, so that one of them is enough."""
    known_gap: str = ""
    """Why the tool does not find it yet: the test then holds that it does not."""


class Expect(_Part):
    """What an audit of the plan must and must not say."""

    clean: bool = False
    """An excellent plan: nothing critical or major may be found but what ``findings`` and ``allowed`` name."""
    findings: tuple[Planted, ...] = ()
    never: tuple[str, ...] = ()
    """Rules that must stay silent."""
    allowed: tuple[str, ...] = ()
    """Rules that may speak on a clean plan without being a false alarm."""


class Content(_Part):
    """One plan."""

    layout: str
    about: str = ""
    """One sentence for people: what sort of plan this is."""
    plan: PlanFacts
    child: Child
    details: tuple[Detail, ...] = ()
    a: Annotated[tuple[Headed, ...], Field(alias="A")] = ()
    strengths: tuple[Strength, ...] = ()
    needs: tuple[Need, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    targets: str = ""
    """How shorter-term targets are set: stands after the outcomes."""
    provisions: tuple[Provision, ...] = ()
    none: tuple[Nothing, ...] = ()
    i: Annotated[Placement, Field(alias="I")] = Placement()
    j: Annotated[Budget, Field(alias="J")] = Budget()
    advice: tuple[AdviceEntry, ...] = ()
    signoff: SignOff | None = None
    extra: tuple[Extra, ...] = ()
    leave_out: tuple[Letter, ...] = ()
    """Sections that the document does not have at all, heading included."""
    leftovers: tuple[str, ...] = ()
    """Template text that nobody took out ("Choose an item."), each put as a paragraph of its own."""
    expect: Expect = Expect()

    @model_validator(mode="after")
    def _links_exist(self) -> Content:
        for provision in self.provisions:
            for number in provision.outcomes:
                if not 1 <= number <= len(self.outcomes):
                    raise ValueError(f"provision {provision.text[:40]!r} names outcome {number}, which is not there")
            for number in provision.needs:
                if not 1 <= number <= len(self.needs):
                    raise ValueError(f"provision {provision.text[:40]!r} names need {number}, which is not there")
        return self

    @property
    def full_name(self) -> str:
        """Name and, where given, surname."""
        return f"{self.child.name} {self.child.surname}".strip()

    def words(self) -> int:
        """How many words the plan's own text has, headings and labels of the layout aside."""
        texts = [part.text for part in (*self.a, *self.extra)] + [self.targets, self.i.text, self.j.text]
        for item in (*self.strengths, *self.needs, *self.outcomes, *self.provisions, *self.none):
            texts += [value for key, value in item.model_dump().items() if isinstance(value, str) and key != "area"]
        return sum(len(text.split()) for text in texts)


def load(path: Path) -> Content:
    """The content file, checked; a ``pydantic.ValidationError`` or ``tomllib.TOMLDecodeError`` says what is wrong."""
    return Content.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))


def in_style(day: Day | None, style: str) -> str:
    """A date as the plan prints dates; empty for none."""
    if day is None or isinstance(day, str):
        return day or ""
    if style == "slash":
        return day.strftime("%d/%m/%Y")
    if style == "dots":
        return day.strftime("%d.%m.%Y")
    if style == "ordinal":
        ending = "th" if 10 <= day.day % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10, "th")
        return f"{day.day}{ending} {day:%B %Y}"
    return f"{day.day} {day:%B %Y}"
