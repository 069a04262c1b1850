"""Text → what identifies a person: numbers with their checksums, addresses, and names that a title or label announces.

Nothing here reads the meaning of a text: a name without title, label or signature is not found.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

from ehcaudit.language import cues

KINDS: tuple[str, ...] = (
    "nhs-number",
    "upn",
    "postcode",
    "national-insurance-number",
    "email",
    "telephone",
    "date-of-birth",
    "street-address",
    "registration-number",
    "name",
    "signature",
)
_UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"  # Without I, O and S.


class Identifier(NamedTuple):
    """An identifier in a text: ``text[start:end]``. Not ``sure``: its shape fits, its checksum or context does not."""

    kind: str
    start: int
    end: int
    sure: bool


def find_identifiers(text: str, kind: str, *, before: str = "") -> list[Identifier]:
    """The identifiers of one kind, left to right. ``before`` is what labels the text from outside (a table's cell)."""
    return [found for found in _FINDERS[kind](text, before) if found.end > found.start]


def find_all(text: str, *, before: str = "") -> dict[str, list[Identifier]]:
    """Every kind that stands in the text → what ``find_identifiers`` finds of it, and at less than its cost."""
    digits = sum(map(text.count, "0123456789")) if text.isascii() else len(_DIGIT.findall(text))
    found: dict[str, list[Identifier]] = {}
    for kind, may in _SIGNS.items():
        if may(text, before, digits) and (here := find_identifiers(text, kind, before=before)):
            found[kind] = here
    return found


def shown(start: int, end: int) -> int:
    """Where to stop quoting an identifier: after a third of it, so that no report holds it in full."""
    return start + max(1, (end - start) // 3)


# ---------------------------------------------------------------- checksums


def nhs_number_valid(number: str) -> bool:
    """Modulus 11 over ten digits (NHS Data Dictionary); spaces and hyphens are ignored."""
    digits = re.sub(r"[\s-]", "", number)
    if not re.fullmatch(r"\d{10}", digits) or len(set(digits)) == 1:
        return False
    check = 11 - sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    return check != 10 and check % 11 == int(digits[9])


def upn_valid(number: str) -> bool:
    """Permanent UPN (letter and twelve digits) or temporary one (letter, eleven digits, letter): modulus 23."""
    upper = number.upper()
    if not re.fullmatch(r"[A-Z]\d{11}[\dA-Z]", upper) or upper[0] not in _UPN_LETTERS:
        return False
    last = upper[12]
    if last.isalpha() and last not in _UPN_LETTERS:
        return False
    values = [int(digit) for digit in upper[1:12]] + [int(last) if last.isdigit() else _UPN_LETTERS.index(last)]
    return _UPN_LETTERS[sum(v * place for place, v in enumerate(values, 2)) % 23] == upper[0]


def national_insurance_number_valid(number: str) -> bool:
    """The letters that HMRC never gives out are refused."""
    bare = re.sub(r"\s", "", number).upper()
    return bool(
        re.fullmatch(r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]", bare)
        and bare[:2] not in {"GB", "BG", "NK", "KN", "TN", "NT", "ZZ"}
    )


# ---------------------------------------------------------------- finders


@cache
def _label(kind: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{cues.data('identifiers')['labels'][kind]})\b[\s:.#()-]*$")


@cache
def _label_anywhere(kind: str) -> re.Pattern[str]:
    return re.compile(cues.data("identifiers")["labels"][kind])


def _may_be_labelled(kind: str, text: str, before: str) -> bool:
    """False only where ``_labelled`` is false of every place: no label stands in the text, and none before it."""
    if before and len(before) < 60 and _label(kind).search(cues.flat(before)):
        return True
    return _label_anywhere(kind).search(cues.flat(text)) is not None


def _labelled(kind: str, text: str, start: int, before: str, reach: int = 40) -> bool:
    """Whether a label of this kind stands right before a place, or is all that stands in the cell before the text."""
    left = cues.flat(text[max(0, start - reach) : start])
    if _label(kind).search(left):
        return True
    return not left.strip(" :.-") and bool(before) and len(before) < 60 and bool(_label(kind).search(cues.flat(before)))


_TEN = re.compile(r"(?<![\d+])\d{3}[ -]?\d{3}[ -]?\d{4}(?!\d|[ -]\d)")


def _nhs(text: str, before: str) -> Iterator[Identifier]:
    for found in _TEN.finditer(text):
        valid = nhs_number_valid(found[0])
        labelled = _labelled("nhs-number", text, found.start(), before)
        grouped = bool(re.fullmatch(r"\d{3}[ -]\d{3}[ -]\d{4}", found[0]))
        if labelled or (valid and grouped):
            yield Identifier("nhs-number", *found.span(), labelled and valid)


_UPN = re.compile(r"\b[A-Za-z]\d{11}[\dA-Za-z]\b")


def _upn(text: str, before: str) -> Iterator[Identifier]:
    for found in _UPN.finditer(text):
        valid = upn_valid(found[0])
        if valid or _labelled("upn", text, found.start(), before):
            yield Identifier("upn", *found.span(), valid)


@cache
def _areas() -> frozenset[str]:
    return frozenset(cues.data("identifiers")["words"]["postcode_areas"].split())


_POSTCODE = re.compile(r"(?<![A-Za-z])([A-Z]{1,2})(\d[A-Z\d]?) ?(\d[ABD-HJLNP-UW-Z]{2})\b")


def _postcode(text: str, before: str) -> Iterator[Identifier]:
    for found in _POSTCODE.finditer(text):
        if found[1] in _areas():
            yield Identifier("postcode", *found.span(), not found[3].endswith("TA"))  # "E3 1TA": one assistant.


_NINO = re.compile(r"\b[A-Za-z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-Da-d]\b")


def _nino(text: str, before: str) -> Iterator[Identifier]:
    for found in _NINO.finditer(text):
        if national_insurance_number_valid(found[0]):
            yield Identifier("national-insurance-number", *found.span(), True)


_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,5}[A-Za-z]{2,24}\b")


def _email(text: str, before: str) -> Iterator[Identifier]:
    for found in _EMAIL.finditer(text) if "@" in text else ():
        yield Identifier("email", *found.span(), True)


_PHONE = re.compile(r"(?<![\w.])(?:\+44|\(?0)[\d ()-]{8,16}\d(?![\d/])")


def _phone(text: str, before: str) -> Iterator[Identifier]:
    for found in _PHONE.finditer(text):
        digits = re.sub(r"\D", "", found[0])
        digits = "0" + digits[2:].removeprefix("0") if found[0].startswith("+44") else digits
        if len(digits) in (10, 11) and digits[1] in "123578":
            yield Identifier("telephone", *found.span(), True)


def _born(text: str, before: str) -> Iterator[Identifier]:
    from ehcaudit.language.dates import find_dates

    if not (before or re.search(r"(?i)d\.?o\.?b|birth|born", text)):
        return
    for found in find_dates(text):
        if found.precision == "day" and _labelled("date-of-birth", text, found.start, before):
            yield Identifier("date-of-birth", found.start, found.end, True)


@cache
def _street() -> re.Pattern[str]:
    words = cues.data("identifiers")["words"]
    ends = "|".join(words["streets"].split())
    wrong = "|".join(words["not_names"].split())
    return re.compile(
        rf"\b(?:Flat \d{{1,3}}[A-Za-z]?,? )?\d{{1,4}}[A-Za-z]?,? "
        rf"(?:The |(?!(?:{wrong})\b)(?:[A-Z][\w'’-]+ ){{1,3}})(?:{ends})\b"
    )


def _address(text: str, before: str) -> Iterator[Identifier]:
    for found in _street().finditer(text):
        yield Identifier("street-address", *found.span(), True)


_REGISTERED = re.compile(r"\b(?=[A-Z\d/-]*\d{3})[A-Z]{0,4}[-/ ]?\d[\dA-Z/-]{3,13}\b")


def _registration(text: str, before: str) -> Iterator[Identifier]:
    for found in _REGISTERED.finditer(text):
        prefix = re.search(
            r"\b[A-Z]{2,5} $", text[max(0, found.start() - 6) : found.start()]
        )  # "Plan number: SEN 2024/…"
        starts = (found.start(), found.start() - len(prefix[0]) if prefix else found.start())
        if any(_labelled("registration-number", text, start, before) for start in starts) and not re.search(
            r"\d[/-]\d{1,2}[/-]\d", found[0]
        ):
            yield Identifier("registration-number", *found.span(), True)


_PART = r"[A-ZÀ-Þ](?:['’][A-ZÀ-Þ])?[a-zà-ÿ]+(?:[A-Z][a-z]+)?(?:(?:-|['’](?!s\b))[A-ZÀ-Þ]?[a-zà-ÿ]+)*"


@cache
def _titled() -> re.Pattern[str]:
    titles = "|".join(cues.data("identifiers")["words"]["titles"].split())
    return re.compile(rf"\b(?:{titles})\b\.?\s+(?:[A-Z]\.?\s+)*{_PART}(?:\s+{_PART}){{0,2}}")


_NAME = re.compile(rf"{_PART}(?:\s+(?:and|&)\s+{_PART})?(?:\s+(?:[A-Z]\.?\s+)?{_PART}){{1,3}}")


@cache
def _not_names() -> frozenset[str]:
    return frozenset(cues.data("identifiers")["words"]["not_names"].split())


def _names(text: str, before: str) -> Iterator[Identifier]:
    taken = -1
    for found in _titled().finditer(text):
        if not set(found[0].split()[1:]) & _not_names():
            taken = found.end()
            yield Identifier("name", *found.span(), True)
    if not (before or ":" in text):
        return
    for found in _NAME.finditer(text):
        if found.start() < taken or set(found[0].split()) & _not_names():
            continue
        if _labelled("name", text, found.start(), before):
            yield Identifier("name", *found.span(), True)


def _signatures(text: str, before: str) -> Iterator[Identifier]:
    if not (before or re.search(r"(?i)\bsign", text)):
        return
    for found in _NAME.finditer(text):
        if not set(found[0].split()) & _not_names() and _labelled("signature", text, found.start(), before, 90):
            yield Identifier("signature", *found.span(), True)


_FINDERS: dict[str, Callable[[str, str], Iterator[Identifier]]] = {
    "nhs-number": _nhs,
    "upn": _upn,
    "postcode": _postcode,
    "national-insurance-number": _nino,
    "email": _email,
    "telephone": _phone,
    "date-of-birth": _born,
    "street-address": _address,
    "registration-number": _registration,
    "name": _names,
    "signature": _signatures,
}


def _figures(least: int) -> Callable[[str, str, int], bool]:
    return lambda _text, _before, digits: digits >= least


def _may_be_born(text: str, before: str, digits: int) -> bool:
    return digits >= 3 and _may_be_labelled("date-of-birth", text, before)


def _may_be_registered(text: str, before: str, digits: int) -> bool:
    return digits >= 3 and _may_be_labelled("registration-number", text, before)


@cache
def _title() -> re.Pattern[str]:
    return re.compile("|".join(cues.data("identifiers")["words"]["titles"].split()))


def _may_be_named(text: str, before: str, _digits: int) -> bool:
    if _title().search(text):
        return True
    return bool((before or ":" in text) and _NAME.search(text)) and _may_be_labelled("name", text, before)


def _may_be_signed(text: str, before: str, _digits: int) -> bool:
    return bool((before or "sign" in text.lower()) and _NAME.search(text)) and _may_be_labelled(
        "signature", text, before
    )


def _has(shape: str) -> Callable[[str, str, int], bool]:
    search = re.compile(shape).search
    return lambda text, _before, digits: digits > 0 and search(text) is not None


_DIGIT = re.compile(r"\d")
_SIGNS: dict[str, Callable[[str, str, int], bool]] = {
    "nhs-number": _figures(10),
    "upn": _figures(11),
    "postcode": _has(r"[A-Z]\d"),
    "national-insurance-number": _figures(6),
    "email": lambda text, _before, _digits: "@" in text,
    "telephone": _figures(10),
    "date-of-birth": _may_be_born,
    "street-address": _has(r"\d[A-Za-z]?,? [A-Z]"),
    "registration-number": _may_be_registered,
    "name": _may_be_named,
    "signature": _may_be_signed,
}
"""A cheap sign for each kind (text, what stands before, number of its digits): where it is missing, the finder of that
kind finds nothing, since its expression or its label asks for as much."""


def person_like(words: str) -> bool:
    """Whether a property of a file looks like a person's name, and not like software, a role or an office."""
    parts = re.findall(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*", words)
    known = set(cues.data("identifiers")["words"]["not_persons"].split())
    return 2 <= len(parts) <= 4 and all(p[0].isupper() for p in parts) and not {p.lower() for p in parts} & known
