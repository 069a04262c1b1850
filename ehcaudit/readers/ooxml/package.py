"""The zip and its parts: safe opening, relationships, and XML without tricks (ECMA-376 part 2, Open Packaging)."""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import unquote

from lxml import etree

from ehcaudit.errors import Damaged, Encrypted, InputError, OldFormat, TooLarge, Unsupported
from ehcaudit.readers.base import OLE, Limits, kind_of


def safe_parser() -> etree.XMLParser:
    """A parser that expands no entity and fetches nothing.

    lxml keeps its own limits (depth 256, 10 MB of text in a node); what goes over them becomes a sentence in parse().
    """
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )


_PARSER = safe_parser()
_AGAIN = "open it in Word, save it again and retry"
_SMALL_PART = 10_000_000
"""A part that unpacks to less is never a bomb, whatever its ratio."""


@dataclass(frozen=True, slots=True)
class Relation:
    """One relationship of a part."""

    id: str
    kind: str
    """Last word of its type, the same in strict and transitional files: ``officeDocument``, ``header`` …"""
    target: str
    """Name of a part, without a leading slash; an address where it points outside."""
    outside: bool


@dataclass(slots=True)
class Package:
    """An open package. Parts are inflated under a running total, never by the sizes that the archive declares."""

    path: Path
    archive: zipfile.ZipFile
    limits: Limits
    members: dict[str, zipfile.ZipInfo]
    """By name in lower case, with forward slashes."""
    spent: int = 0
    known: dict[str, tuple[Relation, ...]] = field(default_factory=dict)
    """Relationships that were read already, by part."""

    def member(self, name: str) -> zipfile.ZipInfo | None:
        """The archive's entry for a part, whatever its capitals or escapes; None where there is none."""
        key = name.lower()
        return self.members.get(key) or self.members.get(unquote(key))

    def read(self, name: str) -> bytes | None:
        """The bytes of a part, or None where there is none. Raises Damaged, Encrypted or TooLarge."""
        info = self.member(name)
        if info is None:
            return None
        if info.flag_bits & 1:
            raise Encrypted(f"{self.path}: is password protected; save a copy without a password and try again.")
        left = self.limits.max_expanded - self.spent
        most = min(left, max(_SMALL_PART, info.compress_size * self.limits.max_ratio))
        if (whole := self._quickly(info, most)) is not None:
            self.spent += len(whole)
            return whole
        chunks, size = [], 0
        try:
            with self.archive.open(info) as member:
                while chunk := member.read(min(1 << 20, most - size + 1)):
                    chunks.append(chunk)
                    size += len(chunk)
                    if size > most:
                        raise TooLarge(
                            f"{self.path}: unpacks to far more than its size; a plan that Word saved does not "
                            "(settings: limits.max_expanded, limits.max_ratio)."
                        )
        except InputError:
            raise
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError, RuntimeError):
            raise Damaged(f"{self.path}: is damaged (a part of it does not unpack); {_AGAIN}.") from None
        except Exception as error:  # bz2 and lzma raise errors of their own, and importing them here would cost time.
            if type(error).__name__ not in ("LZMAError", "error"):
                raise
            raise Damaged(f"{self.path}: is damaged (a part of it does not unpack); {_AGAIN}.") from None
        self.spent += size
        return b"".join(chunks)

    def _quickly(self, info: zipfile.ZipInfo, most: int) -> bytes | None:
        """The usual case: a sound member, stored or deflated, that is not too large. None: look at it more closely.

        ``ZipFile.open`` costs as much as reading a small part; a plan has a dozen of them.
        """
        handle, packed = self.archive.fp, info.compress_size
        if handle is None or packed > most:
            return None
        try:
            handle.seek(info.header_offset)
            head = handle.read(30)
            if head[:4] != b"PK\x03\x04":
                return None
            handle.seek(int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little"), 1)
            data = handle.read(packed)
            if info.compress_type == zipfile.ZIP_DEFLATED:
                inflater = zlib.decompressobj(-15)
                data = inflater.decompress(data, min(info.file_size + 1, most))
        except (OSError, ValueError, zlib.error):
            return None
        known = info.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
        return data if known and len(data) == info.file_size and zlib.crc32(data) == info.CRC else None

    def tree(self, name: str) -> Any:
        """The root element of an XML part, or None where there is none. Raises Damaged or TooLarge."""
        data = self.read(name)
        return None if data is None else self.parse(data)

    def relations(self, part: str) -> tuple[Relation, ...]:
        """The relationships of a part ("" for the package); none where their part is missing or damaged."""
        if part in self.known:
            return self.known[part]
        folder, base = posixpath.split(part)
        try:
            root = self.tree(posixpath.join(folder, "_rels", base + ".rels"))
        except Damaged:
            return ()
        found = []
        for element in root if root is not None else ():
            target, kind = element.get("Target") or "", (element.get("Type") or "").rsplit("/", 1)[-1]
            outside = element.get("TargetMode") == "External"
            if not outside:
                target = target.replace("\\", "/").partition("#")[0]
                target = posixpath.normpath(posixpath.join("/" + folder, target)).lstrip("/")
            found.append(Relation(element.get("Id") or "", kind, target, outside))
        self.known[part] = tuple(found)
        return self.known[part]

    def parse(self, data: bytes) -> Any:
        """XML bytes → root element. Any DOCTYPE is refused: Word writes none, and entities are only ever tricks."""
        if b"<!DOCTYPE" in data[:4096]:
            raise Damaged(self._doctype())
        try:
            root = etree.fromstring(data, _PARSER)
        except etree.XMLSyntaxError as error:
            text = str(error).lower()
            if any(word in text for word in ("depth", "huge", "too long", "buffer", "xml_max")):
                raise TooLarge(
                    f"{self.path}: is nested too deeply, or has a paragraph too long, to be a plan that Word saved."
                ) from None
            raise Damaged(f"{self.path}: is damaged (a part of it is not well-formed XML); {_AGAIN}.") from None
        except (ValueError, LookupError):
            raise Damaged(f"{self.path}: is damaged (a part of it is not well-formed XML); {_AGAIN}.") from None
        if root is None:
            raise Damaged(f"{self.path}: is damaged (a part of it is empty); {_AGAIN}.")
        if getattr(root.getroottree().docinfo, "doctype", ""):
            raise Damaged(self._doctype())
        return root

    def _doctype(self) -> str:
        return f"{self.path}: holds a document type declaration, which Word never writes; it is refused for safety."


def open_package(path: Path, limits: Limits, handle: BinaryIO) -> Package:
    """Open a Word file from a binary handle. Raises an InputError that says what the file really is."""
    start = handle.read(1024)
    if start.startswith(OLE):
        raise _ole(path, start, handle)
    if not start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        raise Unsupported(f"{path}: is not a Word file but {kind_of(start)}; open it in Word and save it as .docx.")
    try:
        archive = zipfile.ZipFile(handle)
        members: dict[str, zipfile.ZipInfo] = {}
        for info in archive.infolist():
            members.setdefault(info.filename.replace("\\", "/").lstrip("/").lower(), info)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, OverflowError):
        raise Damaged(f"{path}: is damaged (not a whole zip archive); look for another copy.") from None
    return Package(path, archive, limits, members)


def not_word(package: Package) -> str:
    """What a zip archive without a Word document in it is, in words."""
    names = package.members
    for name, words in (
        ("xl/workbook.xml", "an Excel workbook"),
        ("ppt/presentation.xml", "a PowerPoint presentation"),
        ("content.xml", "an OpenDocument file (LibreOffice)"),
        ("index/document.iwa", "a Pages document"),
        ("index.zip", "a Pages document"),
        ("meta-inf/container.xml", "an e-book"),
    ):
        if name in names:
            return words
    return "a zip archive with no Word document in it"


def _ole(path: Path, start: bytes, handle: BinaryIO) -> InputError:
    """Which of the OLE compound files this is, by the names in its directory ([MS-CFB] 2.2 and 2.6.1: UTF-16)."""
    size = 1 << min(int.from_bytes(start[30:32], "little"), 16)
    sector = int.from_bytes(start[48:52], "little")
    handle.seek((sector + 1) * size if sector < 0x7FFFFFFF else 0)
    names = handle.read(65_536)
    if "EncryptedPackage" not in names.decode("utf-16-le", "replace"):
        handle.seek(0)
        names += handle.read(4_000_000)

    def named(name: str) -> bool:
        return name.encode("utf-16-le") in names

    if named("EncryptedPackage"):
        return Encrypted(f"{path}: is password protected; save a copy without a password and try again.")
    if named("__properties_version1.0"):
        return Unsupported(f"{path}: is an e-mail saved by Outlook; save the plan that is attached to it.")
    if named("PowerPoint Document") or (named("Workbook") and not named("WordDocument")):
        return Unsupported(f"{path}: is not a Word file but another old Office file; save the plan as .docx.")
    return OldFormat(f"{path}: is an old Word file (.doc); open it in Word and save it as .docx, or use --convert.")
