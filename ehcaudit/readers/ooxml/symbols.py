"""w:sym → the character it shows. Picture fonts keep their signs at U+F000 to U+F0FF, where no character lives."""

from __future__ import annotations

import re

_WINGDINGS = {
    0x4A: "☺", 0x4B: "😐", 0x4C: "☹", 0x6C: "●", 0x6E: "■", 0x6F: "☐", 0x70: "☐", 0x71: "❑", 0x72: "❒", 0x73: "⬧",
    0x74: "⧫", 0x75: "◆", 0x76: "❖", 0x77: "⬥", 0x78: "⌧", 0x9F: "•", 0xA1: "○", 0xA4: "◉", 0xA7: "▪", 0xA8: "☐",
    0xB6: "☆", 0xB7: "•", 0xD8: "➢", 0xDF: "←", 0xE0: "→", 0xE1: "↑", 0xE2: "↓", 0xE8: "➔", 0xF0: "⇨", 0xFB: "✗",
    0xFC: "✓", 0xFD: "☒", 0xFE: "☑",
}  # fmt: skip
_WINGDINGS_2 = {0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0x96: "•", 0x97: "●", 0xA3: "☐"}
_SYMBOL = {
    **{0x41 + n: sign for n, sign in enumerate("ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ")},
    **{0x61 + n: sign for n, sign in enumerate("αβχδεφγηιϕκλμνοπθρστυϖωξψζ")},
    **{code: chr(code) for code in (*range(0x20, 0x22), 0x23, 0x25, 0x26, *range(0x28, 0x2A), *range(0x2B, 0x2D))},
    **{code: chr(code) for code in range(0x2E, 0x40)},
    0x2A: "∗", 0x2D: "−", 0xA3: "≤", 0xA5: "∞", 0xAB: "↔", 0xAC: "←", 0xAD: "↑", 0xAE: "→", 0xAF: "↓", 0xB0: "°",
    0xB1: "±", 0xB3: "≥", 0xB4: "×", 0xB7: "•", 0xB8: "÷", 0xB9: "≠", 0xBB: "≈", 0xBC: "…", 0xD2: "®", 0xD3: "©",
    0xD4: "™", 0xD6: "√",
}  # fmt: skip
_FONTS = {"wingdings": _WINGDINGS, "wingdings 2": _WINGDINGS_2, "symbol": _SYMBOL}
_PICTURES = ("wingdings", "webdings", "marlett", "zapf dingbats")


def shown(font: str, code: str) -> str:
    """The character that a w:sym of this font and hexadecimal code shows; empty where none stands for it."""
    if not re.fullmatch("[0-9a-fA-F]{2,5}", code):
        return ""
    number, font = int(code, 16), font.strip().lower()
    low = number - 0xF000 if 0xF000 <= number <= 0xF0FF else number
    if font in _FONTS and low < 0x100:
        return _FONTS[font].get(low, "")
    if font.startswith(_PICTURES):
        return ""
    if low < 0x20 or 0xD800 <= low <= 0xF8FF or 0x7F <= low < 0xA0 or low in (0xFFFE, 0xFFFF):
        return ""
    return chr(low)
