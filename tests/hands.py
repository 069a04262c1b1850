"""What worker processes of tests are given to do. They load this module alone, and not the tests."""

from __future__ import annotations

import os
import re
import time


def slow_when_even(number: int) -> int:
    time.sleep(0.02 if number % 2 == 0 else 0)
    return number * 10


def fails_at_three(number: int) -> int:
    if number == 3:
        raise ValueError("three")
    return number


def dies_at_three(number: int) -> int:
    if number == 3:
        os._exit(1)
    return number


def pause(number: int) -> int:
    time.sleep(0.3)
    return os.getpid()


def misbehave(what: str) -> str:
    if what == "die":
        os._exit(1)
    if what == "hang":  # For ever, inside C code.
        re.match(r"(a+)+$", "a" * 64 + "b")
    if what == "burst":
        return str(len(bytearray(3 << 30)))
    return what


def whereabouts(_: int) -> tuple[int, int]:
    return os.getpid(), os.getppid()
