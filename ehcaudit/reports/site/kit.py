"""Template and values → one self-contained page: style and script inside it, nothing that could fetch anything.

Two locks keep a plan's words from ever being more than words: every value is escaped, and the page's own policy
allows the one script and the one style that are in it, by their hashes, and no request at all.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ehcaudit.model import SEVERITIES
from ehcaudit.reports.base import count, plain, section_label, section_names, spoken
from ehcaudit.reports.site.plainly import said_plainly
from ehcaudit.reports.telling import figure, share
from ehcaudit.rules import THEMES

SIGNS = {"critical": "▲", "major": "◆", "minor": "●", "advice": "○"}
"""A shape for each severity, so that none is told by its colour."""


def page(template: str, **values: Any) -> bytes:
    """A page of one of the templates, as UTF-8."""
    return _environment().get_template(template).render(**values).encode("utf-8")


def theme_name(theme: str) -> str:
    """A theme's words; a local rule's own theme is shown by its key."""
    return THEMES.get(theme, theme.replace("-", " ").capitalize())


def _shown(value: object) -> object:
    """What Jinja does with every value before it is escaped: control and bidirectional characters become visible."""
    if type(value) is str:  # Nearly always, and a page has thousands of values.
        return value if value.isprintable() else plain(value)
    return plain(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("ehcaudit.reports.site"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters |= {
        "spoken": spoken,
        "count": count,
        "figure": figure,
        "share": share,
        "theme": theme_name,
        "section": section_label,
        "section_name": lambda letter: section_names().get(letter, f"Section {letter}"),
        "sign": SIGNS.__getitem__,
        "said_plainly": said_plainly,
        "tenth": lambda number: f"{number:.1f}",
    }
    environment.globals |= {"SEVERITIES": SEVERITIES, "asset": _asset, "policy": _policy}
    return environment


@cache
def _asset(name: str) -> Markup:
    """A style sheet or script of ours, to stand inside the page. Blank runs and whole-line comments are taken out."""
    words = files(__package__).joinpath("templates", name).read_text(encoding="utf-8")
    words = re.sub(r"/\*.*?\*/", "", words, flags=re.DOTALL)
    return Markup("\n".join(line.strip() for line in words.splitlines() if line.strip()))  # noqa: S704 - our own file


@cache
def _policy(script: str) -> str:
    """The content security policy of a page with the style and one script (or none)."""
    scripts = f"'sha256-{_digest(script)}'" if script else "'none'"
    return (
        f"default-src 'none'; style-src 'sha256-{_digest('style.css')}'; script-src {scripts}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(name: str) -> str:
    return base64.b64encode(hashlib.sha256(_asset(name).encode("utf-8")).digest()).decode("ascii")
