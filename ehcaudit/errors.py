"""Every error that ehcaudit raises on purpose, as one tree.

EhcauditError
├── UsageError            the command line or the settings ask for something that does not exist (exit 2)
│   ├── SettingsError     ehcaudit.toml: an unknown key or a bad value
│   ├── RuleError         a rule file: an unknown key, a bad pattern, a missing example
│   └── StoreError        the store of earlier runs: in use, full, damaged, or not a store
└── InputError            one file could not be audited; the run goes on with the others (exit 3)
    ├── NotFound          no such file, or not a regular file
    ├── Unsupported       a kind of file that no reader takes
    ├── Encrypted         password protected
    ├── OldFormat         a binary .doc or another format that Word can save as .docx
    ├── Damaged           not what its name says, or broken
    ├── TooLarge          over one of the limits in the settings
    ├── TooSlow           over the time limit in the settings
    ├── Empty             nothing to read in it
    │   └── Scan          pictures of pages, or letters without meaning: recognition (OCR) may help
    ├── Crashed           ended the worker process that read it
    ├── Changed           was written to or taken away while it was read
    ├── NotDeidentified   holds what could identify a child, where that was asked to be refused
    └── NotAPlan          read, but not recognised as an EHC plan

No message ever holds words of a plan: a message names the file's fault and what to do about it.
"""

from __future__ import annotations


class EhcauditError(Exception):
    """The root: anything that ehcaudit itself reports. Its text is one sentence for a person."""


class UsageError(EhcauditError):
    """The question cannot be asked like this (exit code 2)."""


class SettingsError(UsageError):
    """A settings file holds an unknown key or a value that cannot be used."""


class RuleError(UsageError):
    """A rule file cannot be used; the message names the file and the key."""


class StoreError(UsageError):
    """The store cannot be used as it is; nothing in it was changed by the attempt."""


class InputError(EhcauditError):
    """One input file could not be audited. ``code`` is the stable word in the JSON ``failures`` list."""

    code = "unreadable"


class NotFound(InputError):
    """There is no regular file of that name, or it may not be read."""

    code = "not-found"


class Unsupported(InputError):
    """No reader takes this kind of file."""

    code = "unsupported"


class Encrypted(InputError):
    """The file is password protected."""

    code = "encrypted"


class OldFormat(InputError):
    """A format from before .docx, which Word itself can convert."""

    code = "old-format"


class Damaged(InputError):
    """The file is broken, or not what its name says."""

    code = "damaged"


class TooLarge(InputError):
    """The file goes over a size, ratio or depth limit."""

    code = "too-large"


class TooSlow(InputError):
    """Reading or judging the file took longer than the time limit."""

    code = "too-slow"


class Empty(InputError):
    """There are no words in the file."""

    code = "empty"


class Scan(Empty):
    """The pages are pictures, or their letters mean nothing: recognition (OCR) may help."""

    code = "scan"
    letters = False
    """There are letters, and they mean nothing: they must be painted over before recognition."""


class NotAPlan(InputError):
    """The file was read, and is not an EHC plan."""

    code = "not-a-plan"


class Crashed(InputError):
    """The worker process that read the file ended without an answer."""

    code = "crashed"


class Changed(InputError):
    """The file was written to, or taken away, while it was being read."""

    code = "changed"


class NotDeidentified(InputError):
    """The plan holds what could identify a child, and the run takes de-identified plans alone."""

    code = "not-de-identified"
