"""Chromium's accessibility tree of a page, asked for over a pipe: what a screen reader is given.

The DevTools protocol without server or port: ``--remote-debugging-pipe`` reads commands from descriptor 3 and
answers on descriptor 4, each message one JSON object with a zero byte behind it.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
_LONGEST = 60
"""Seconds that the browser may take for one answer."""


@dataclass
class Node:
    """One node that is not ignored, with those under it in the order in which they are read."""

    role: str
    name: str
    level: int = 0
    url: str = ""
    nodes: list[Node] = field(default_factory=list)

    def walk(self) -> Iterator[Node]:
        """It and all under it, in the order of reading."""
        yield self
        for node in self.nodes:
            yield from node.walk()

    def all(self, *roles: str) -> list[Node]:
        """All of these roles."""
        return [node for node in self.walk() if node.role in roles]

    def said(self) -> str:
        """Its words, in the order of reading."""
        return " ".join(node.name for node in self.walk() if node.role == "StaticText")


class Browser:
    """A Chromium that answers commands."""

    def __init__(self, profile: Path) -> None:
        to_read, self._ask = os.pipe()
        self._answer, to_write = os.pipe()

        def seat() -> None:
            os.dup2(to_read, 203)
            os.dup2(to_write, 204)
            os.dup2(203, 3)
            os.dup2(204, 4)

        self._process = subprocess.Popen(
            [
                str(BROWSER),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-extensions",
                "--no-first-run",
                "--remote-debugging-pipe",
                f"--user-data-dir={profile}",
                "about:blank",
            ],
            pass_fds=(3, 4),
            preexec_fn=seat,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": str(profile)},
        )
        os.close(to_read)
        os.close(to_write)
        self._left = b""
        self._number = 0

    def close(self) -> None:
        """End it."""
        with contextlib.suppress(OSError):
            os.close(self._ask)
        os.close(self._answer)
        self._process.terminate()
        self._process.wait(30)

    def ask(self, method: str, session: str = "", **given: Any) -> dict[str, Any]:
        """The answer to one command; events that come in between are passed over."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": given} | ({"sessionId": session} if session else {})
        os.write(self._ask, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer["error"]
                result: dict[str, Any] = answer["result"]
                return result

    def _next(self) -> dict[str, Any]:
        import select

        while b"\0" not in self._left:
            ready, _, _ = select.select([self._answer], [], [], _LONGEST)
            assert ready, "Chromium does not answer"
            read = os.read(self._answer, 1 << 20)
            assert read, "Chromium has gone"
            self._left += read
        payload, _, self._left = self._left.partition(b"\0")
        message: dict[str, Any] = json.loads(payload)
        return message

    def tree(self, page: Path) -> Node:
        """The accessibility tree of a page, once it is loaded."""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.ask("Page.navigate", session, url=page.as_uri())
        wait = "new Promise(r => document.readyState === 'complete' ? r(1) : addEventListener('load', () => r(1)))"
        self.ask("Runtime.evaluate", session, expression=wait, awaitPromise=True)
        found = self.ask("Accessibility.getFullAXTree", session)["nodes"]
        self.ask("Target.closeTarget", targetId=target)
        by_id = {node["nodeId"]: node for node in found}
        (root,) = _made(found[0], by_id)
        return root


def _made(node: dict[str, Any], by_id: dict[str, dict[str, Any]]) -> list[Node]:
    """The node, or what stands in its place where a reader passes it over."""
    under = [made for child in node.get("childIds", ()) if child in by_id for made in _made(by_id[child], by_id)]
    if node.get("ignored"):
        return under
    properties = {one["name"]: one["value"].get("value") for one in node.get("properties", ())}
    name = node.get("name", {}).get("value", "")
    role = node.get("role", {}).get("value", "")
    return [Node(role, name, int(properties.get("level") or 0), properties.get("url") or "", under)]
