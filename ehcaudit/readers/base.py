"""What all readers share: the limits, safe opening, and the sentences of refusal."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one file may cost. The settings build it."""

    max_bytes: int = 100_000_000
    """Size of the file itself."""
    max_expanded: int = 300_000_000
    """Bytes of all parts that are unpacked."""
    max_ratio: int = 200
    """Unpacked ÷ packed size of one part of more than a megabyte."""
    max_depth: int = 200
    """Nesting of XML elements."""
    max_blocks: int = 200_000
    max_seconds: float = 20.0
