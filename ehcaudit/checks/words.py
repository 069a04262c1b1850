"""Phrases of rule files as one pattern, for text made small without moving any offset."""

from __future__ import annotations

import re
from functools import lru_cache


def lowered(text: str) -> str:
    """The text in small letters, of the same length."""
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)


@lru_cache(maxsize=256)
def pattern(words: tuple[str, ...], *, plurals: bool = False) -> re.Pattern[str]:
    """Phrases as one pattern for a lowered text, the longest first."""
    parts = []
    for phrase in sorted(
        {lowered(" ".join(word.split())) for word in words if word.strip()}, key=lambda w: (-len(w), w)
    ):
        made = re.escape(phrase).replace(r"\ ", r"\s+")
        made = re.sub(r"['’‘]", "['’‘]", made)
        made = re.sub(r"\\?[-‐‑–]", "[-‐‑–]", made)
        parts.append(made + ("(?:e?s)?" if plurals and phrase[-1:].isalpha() else ""))
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)")
