"""The zip and its parts: safe opening, relationships, and XML that refuses tricks (ECMA-376 part 2, Open Packaging)."""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from ehcaudit.errors import Damaged, Encrypted, OldFormat, TooLarge, Unsupported
from ehcaudit.readers.base import Limits

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
                          remove_comments=True, remove_pis=True, collect_ids=False)
# lxml keeps its own limits (depth 256, 10 MB of text in a node); what goes over them becomes a sentence.


@dataclass(slots=True)
class Package:
    """An open package. Members are inflated under a running total, never from the sizes that the archive declares."""

    path: Path
    archive: zipfile.ZipFile
    limits: Limits
    names: dict[str, str]
    spent: int = 0
    trees: dict[str, Any] = field(default_factory=dict)

    def read(self, name: str) -> bytes | None:
        """A member's bytes, or None where there is none of that name. Raises Damaged or TooLarge."""
        real = self.names.get(name.lower())
        if real is None:
            return None
        info = self.archive.getinfo(real)
        if info.flag_bits & 1:
            raise Encrypted(f"{self.path}: is password protected; save a copy without a password and try again.")
        left = self.limits.max_expanded - self.spent
        most = min(left, max(1_000_000, info.compress_size * self.limits.max_ratio))
        chunks, size = [], 0
        try:
            with self.archive.open(info) as member:
                while chunk := member.read(min(1 << 20, most - size + 1)):
                    chunks.append(chunk)
                    size += len(chunk)
                    if size > most:
                        raise TooLarge(f"{self.path}: unpacks to far more than its size; it is not a plan that Word saved "
                                       "(settings: limits.max_expanded, limits.max_ratio).")
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError, RuntimeError) as error:
            raise Damaged(f"{self.path}: is damaged ({type(error).__name__} in a part); open it in Word, save it again and retry.") from None
        self.spent += size
        return b"".join(chunks)

    def tree(self, name: str) -> Any:
        """The root element of an XML part, or None where there is none. Raises Damaged or TooLarge."""
        data = self.read(name)
        return None if data is None else parse(data, self.path)

    def relations(self, part: str) -> list[tuple[str, str, str, bool]]:
        """(id, short type, target part or address, external) of each relationship of a part ("" for the package)."""
        folder, base = posixpath.split(part)
        try:
            root = self.tree(posixpath.join(folder, "_rels", base + ".rels"))
        except Damaged:
            return []
        found = []
        for element in root if root is not None else ():
            target, kind = element.get("Target") or "", (element.get("Type") or "").rsplit("/", 1)[-1]
            outside = element.get("TargetMode") == "External"
            if not outside:
                target = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            found.append((element.get("Id") or "", kind, target, outside))
        return found


def parse(data: bytes, path: Path) -> Any:
    """XML bytes → root element. Any DOCTYPE is refused: Word writes none, and entities are only ever tricks."""
    try:
        root = etree.fromstring(data, _PARSER)
    except etree.XMLSyntaxError as error:
        text = str(error).lower()
        if "depth" in text or "huge" in text or "too long" in text or "buffer" in text:
            raise TooLarge(f"{path}: is nested too deeply or holds a paragraph too long to be a plan.") from None
        raise Damaged(f"{path}: is damaged (its XML does not parse); open it in Word, save it again and retry.") from None
    except (ValueError, LookupError):
        raise Damaged(f"{path}: is damaged (its XML does not parse); open it in Word, save it again and retry.") from None
    if root is None:
        raise Damaged(f"{path}: is damaged (an empty part); open it in Word, save it again and retry.")
    if root.getroottree().docinfo.doctype:
        raise Damaged(f"{path}: holds a document type declaration, which Word never writes; it is refused for safety.")
    return root


def open_package(path: Path, limits: Limits) -> Package:
    """Open a Word file. Raises an InputError that says what the file really is."""
    if path.stat().st_size > limits.max_bytes:
        raise TooLarge(f"{path}: is larger than {limits.max_bytes // 1_000_000} MB (settings: limits.max_bytes).")
    with path.open("rb") as handle:
        start = handle.read(1024)
        if start[:8] == bytes.fromhex("d0cf11e0a1b11ae1"):
            rest = start + handle.read(4_000_000)
            if "EncryptedPackage".encode("utf-16-le") in rest:
                raise Encrypted(f"{path}: is password protected; save a copy without a password and try again.")
            raise OldFormat(f"{path}: is an old Word file (.doc); open it in Word and save it as .docx.")
    if not start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        raise Unsupported(f"{path}: is not a Word file but {kind_of(start)}; open it in Word and save it as .docx.")
    try:
        archive = zipfile.ZipFile(path)
        names = {name.lower().replace("\\", "/").lstrip("/"): name for name in reversed(archive.namelist())}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, UnicodeDecodeError):
        raise Damaged(f"{path}: is damaged (not a whole zip archive); open it in Word, save it again and retry.") from None
    return Package(path, archive, limits, names)


def kind_of(start: bytes) -> str:
    """What a file is by its first bytes, in words."""
    known = {b"%PDF": "a PDF", b"{\\rtf": "an RTF file", b"\xff\xd8\xff": "a JPEG picture", b"\x89PNG": "a PNG picture",
             b"GIF8": "a GIF picture", b"7z\xbc\xaf": "a 7-Zip archive", b"Rar!": "a RAR archive"}
    for mark, words in known.items():
        if start.startswith(mark):
            return words
    head = start.lstrip()[:200].lower()
    if head.startswith((b"<!doctype html", b"<html")):
        return "a web page (HTML)"
    return "an XML file" if head.startswith(b"<?xml") else "another kind of file"
