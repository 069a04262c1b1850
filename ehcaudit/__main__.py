"""``python -m ehcaudit`` is the same as ``ehcaudit``."""

from __future__ import annotations

import sys

from ehcaudit.cli import main

if __name__ == "__main__":
    sys.exit(main())
