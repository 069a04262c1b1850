"""The commands on what a store remembers, and the store for those that write it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ehcaudit.store import Store


def open_store(path: str, *, write: bool = True, words: bool = True) -> Store:
    """The store at this path. Raises StoreError."""
    from ehcaudit.store import Store

    return Store(path, write=write, words=words)
