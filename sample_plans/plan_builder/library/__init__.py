"""The words of generated plans, as TOML beside this file."""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path
from typing import Any


@functools.cache
def library(name: str) -> dict[str, Any]:
    """One file of the library."""
    return tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8"))
