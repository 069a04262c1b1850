"""argv → settings → run → reports → exit code. The only package that prints, exits or reads the environment."""

from ehcaudit.cli.app import app, main

__all__ = ["app", "main"]
