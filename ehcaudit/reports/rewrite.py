"""An open Word file and parts of it made anew → a copy, in which every other part is as it was (ECMA-376 part 2).

What does not change is carried over as it is packed, unread: a picture that no reader looked at cannot stop the copy.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field
from itertools import chain, count
from pathlib import Path
from typing import Any, cast

from lxml import etree

from ehcaudit.errors import Damaged
from ehcaudit.readers.ooxml.package import Package

_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_KINDS = {
    "comments": (
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments",
        "http://purl.oclc.org/ooxml/officeDocument/relationships/comments",
    ),
    "commentsExtended": ("http://schemas.microsoft.com/office/2011/relationships/commentsExtended",) * 2,
}
"""Kind of part → its relationship type in transitional and in strict files."""


@dataclass
class Rewrite:
    """A copy of a package in the making."""

    package: Package
    main: str
    """Name of the main part."""
    strict: bool
    changed: dict[str, bytes] = field(default_factory=dict)
    """Name of a part → its new bytes."""

    def side(self, kind: str, root: str, prefix: str) -> tuple[str, Any]:
        """The name and root of a part of the main part; made, with its relation and content type, where there is none.

        A damaged one raises Damaged: what other people said in it is not to be lost.
        """
        relations = self.package.relations(self.main)
        relation = next((one for one in relations if one.kind == kind and not one.outside), None)
        folder = self.main.rpartition("/")[0]
        if relation is not None:
            name = relation.target
            tree = self.package.tree(name)
            if tree is not None:
                self._declare(kind, name)
                return name, tree
        else:
            names = (f"{folder}/{kind}{number}.xml".lstrip("/") for number in chain(("",), count(2)))
            name = next(name for name in names if self.package.member(name) is None)
            self._relate(kind, name)
        self._declare(kind, name)
        return name, etree.Element(root, nsmap={prefix: root[1:].partition("}")[0]})

    def put(self, name: str, root: Any) -> None:
        """Give a part new content."""
        self.changed[name] = bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))

    def _relate(self, kind: str, name: str) -> None:
        folder, _, base = self.main.rpartition("/")
        part = f"{folder}/_rels/{base}.rels".lstrip("/")
        tree = self._changing(part)
        if tree is None:
            tree = etree.Element(f"{{{_RELATIONS}}}Relationships", nsmap=cast(dict[str, str], {None: _RELATIONS}))
        used = {element.get("Id") for element in tree}
        key = next(f"rId{n}" for n in count(len(used) + 1) if f"rId{n}" not in used)
        etree.SubElement(
            tree,
            f"{{{_RELATIONS}}}Relationship",
            {"Id": key, "Type": _KINDS[kind][self.strict], "Target": name.rpartition("/")[2]},
        )
        self.put(part, tree)

    def _declare(self, kind: str, name: str) -> None:
        part = "[Content_Types].xml"
        tree = self._changing(part)
        if tree is None:  # Not a whole package; it is not made worse.
            return
        if not any((element.get("PartName") or "").lower() == f"/{name}".lower() for element in tree):
            etree.SubElement(
                tree,
                f"{{{_TYPES}}}Override",
                {"PartName": f"/{name}", "ContentType": f"{_WORD_TYPE}{kind}+xml"},
            )
            self.put(part, tree)

    def _changing(self, part: str) -> Any:
        return self.package.parse(self.changed[part]) if part in self.changed else self.package.tree(part)

    # ------------------------------------------------------------ the archive

    def save(self, path: Path) -> None:
        """Write the copy: the members in their order, then the new ones. Raises Damaged."""
        new = dict(self.changed)
        instead = {}
        for name in self.changed:
            if (info := self.package.member(name)) is not None:
                instead[info.filename] = new.pop(name)
        written = set[str]()
        self._left = _size(self.package)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for info in self.package.archive.infolist():
                if info.filename in written:  # Nothing reads the second of two members of one name.
                    continue
                written.add(info.filename)
                if info.filename in instead:
                    archive.writestr(_named(info), instead[info.filename])
                else:
                    self._carry(info, archive)
            for name, data in new.items():
                archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)

    def _carry(self, info: zipfile.ZipInfo, archive: zipfile.ZipFile) -> None:
        """Carry a member over as it is packed: ``zipfile`` has no call for that, but keeps its list in the open."""
        member = copy(info)
        member.flag_bits &= ~8  # The sizes stand before the content, for they are known.
        member.extra = b""
        source, target = self.package.archive.fp, archive.fp
        assert source is not None
        assert target is not None
        target.seek(archive.start_dir)
        member.header_offset = target.tell()
        target.write(member.FileHeader(zip64=None))
        for chunk in self._packed(info):
            target.write(chunk)
        archive.filelist.append(member)
        archive.NameToInfo[member.filename] = member
        archive.start_dir = target.tell()

    def _packed(self, info: zipfile.ZipInfo) -> Iterator[bytes]:
        """A member's content as it is packed. No more in all than the file holds: members that overlap are a bomb."""
        source, left = self.package.archive.fp, info.compress_size
        assert source is not None
        self._left -= left
        source.seek(info.header_offset)
        head = source.read(30)
        if self._left < 0 or len(head) < 30 or not head.startswith(b"PK\x03\x04"):
            raise Damaged(f"{self.package.path}: is damaged (not a whole zip archive); look for another copy.")
        source.seek(int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little"), 1)
        while left:
            chunk = source.read(min(left, 1 << 20))
            if not chunk:
                raise Damaged(f"{self.package.path}: is damaged (not a whole zip archive); look for another copy.")
            left -= len(chunk)
            yield chunk


def _named(info: zipfile.ZipInfo) -> zipfile.ZipInfo:
    """The same member for other content."""
    member = zipfile.ZipInfo(info.filename, info.date_time)
    member.external_attr, member.create_system = info.external_attr, info.create_system
    member.compress_type = zipfile.ZIP_DEFLATED if info.compress_type else zipfile.ZIP_STORED
    return member


def _size(package: Package) -> int:
    """Bytes of the file that is copied."""
    handle = package.archive.fp
    assert handle is not None
    return handle.seek(0, 2)
