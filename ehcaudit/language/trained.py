"""People named in a text, by a trained spaCy model where its user has one; without it nothing here is used.

The blank tokeniser knows no names, so that only a name with a title, a label or a signature beside it is found. A model
with a named-entity recogniser (``en_core_web_sm`` and its kin, or one of an authority's own) reads the others. What it
says is a guess by statistics: whoever uses it here asks a person to decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from ehcaudit.errors import UsageError

if TYPE_CHECKING:
    from spacy.language import Language

_UNUSED = ("parser", "lemmatizer", "attribute_ruler", "textcat", "senter", "morphologizer")
"""Parts of the usual pipelines on which the recogniser does not rest."""


class Named(NamedTuple):
    """A name: ``text[start:end]``."""

    start: int
    end: int


@cache
def load(model: str) -> Language:
    """A model by its package or its folder. Raises UsageError where it is not there or finds no names."""
    import spacy

    try:
        made = spacy.load(model, exclude=[*_UNUSED])
    except (OSError, ValueError, ImportError):
        raise UsageError(
            f"language.model: no spaCy model “{model}” is installed, and no folder of that name holds one"
        ) from None
    if not {"ner", "entity_ruler", "span_ruler"} & {*made.pipe_names}:
        raise UsageError(f"language.model: “{model}” cannot find names: it has no named-entity recogniser")
    return made


def version(model: str) -> str:
    """Name and version of a model: answers that were made with another one are not this one's. Raises UsageError."""
    meta = load(model).meta
    return f"{meta.get('lang', '')}_{meta.get('name', '')} {meta.get('version', '')}"


def people_in(texts: Iterable[str], model: str) -> Iterator[list[Named]]:
    """For each text the people whom the model finds named in it, in order. Raises UsageError."""
    for read in load(model).pipe(texts, batch_size=64):
        yield [Named(found.start_char, found.end_char) for found in read.ents if found.label_ in ("PERSON", "PER")]
