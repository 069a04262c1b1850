"""Unlettered headings that close a section: sign-off, monitoring arrangements, appendices after section K."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from ehcaudit.model import Block
from ehcaudit.plan.headings import Heading, title_heading
from ehcaudit.plan.layout import looks_like_heading
from ehcaudit.plan.lexicon import area_named, pattern, plain


@cache
def closing(key: str) -> re.Pattern[str]:
    """A pattern of the data file's table of closing headings."""
    return pattern("headings", "close", key)


def is_closer(
    block: Block, blocks: Sequence[Block], letters: tuple[str, ...], candidates: Mapping[int, Heading]
) -> bool:
    """Whether a line is an unlettered heading that ends the open section (sign-off, appendix, monitoring)."""
    text = block.text.strip()
    if len(text) > 110:
        return False
    line = plain(text)
    if not closing("always").fullmatch(line):
        return bool(closing("appendix").match(line)) and _appendix_closes(block, blocks, letters)
    if letters == ("K",) and closing("people").fullmatch(line):
        return False
    if closing("group").fullmatch(line) and letters and not _over_a_heading(block.id, blocks, candidates):
        return False
    return looks_like_heading(block) or not closing("looks_needed").fullmatch(line)


def _over_a_heading(number: int, blocks: Sequence[Block], candidates: Mapping[int, Heading]) -> bool:
    """Whether the next lines head a section, with an area of need between at most."""
    for block in blocks[number + 1 : number + 4]:
        if block.id in candidates or title_heading(block.text):
            return True
        if block.text.strip() and not area_named(block.text):
            return False
    return False


def _appendix_closes(block: Block, blocks: Sequence[Block], letters: tuple[str, ...]) -> bool:
    """An appendix heads what follows; in section K a line of the list of appendices is content."""
    if block.kind == "list-item" or (block.cell and letters == ("K",)):
        return False
    if letters != ("K",):
        return looks_like_heading(block) or len(block.text.split()) <= 8
    following = [b for b in blocks[block.id + 1 : block.id + 3] if b.text.strip()]
    listed = any(closing("appendix").match(plain(b.text)) for b in following)
    before = blocks[block.id - 1].text if block.id else ""
    return (
        not listed
        and not closing("appendix").match(plain(before))
        and (looks_like_heading(block) or bool(following and len(following[0].text) > 200))
    )
