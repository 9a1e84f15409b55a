"""What is told of a person to those who do not work on their case: never the whole of it."""

import re
import unicodedata

COLLECTIVES = {
    *("hộ", "các", "những", "tập", "thể", "nhóm", "đại", "diện", "nhân"),
    *("dân", "tổ", "thôn", "xóm", "bản", "ấp", "khu", "khác"),
}
TITLES = COLLECTIVES | {
    *("ông", "bà", "anh", "chị", "em", "cô", "chú", "bác", "cậu"),
    *("mợ", "dì", "cụ", "ông/bà", "anh/chị", "ông.", "bà.", "mr", "mrs"),
    *("ms", "gia", "đình"),
}
"""Words that a name begins with and that name nobody; the first may be written large."""
BETWEEN = re.compile(r"(\s*(?:[,;&+()]|\s[/-]\s|\svà\s|\scùng\s)\s*)", re.IGNORECASE)
"""What stands between people who are named one after the other."""
SHORT_NUMBER = 3
LEFT_OUT = "…"
LAST_SHOWN, FIRST_SHOWN = 3, 2


def masked_name(name: str) -> str:
    """Give the family name and the initials of the rest: “Nguyễn V. A.”.

    Of a name of one word only its initial is told; forms of address and numbers of households
    stay. Each of several people is masked.
    """
    composed = unicodedata.normalize("NFC", name)
    return "".join(
        part if BETWEEN.fullmatch(part) else _masked_person(part)
        for part in BETWEEN.split(composed)
        if part
    ).strip()


def _masked_person(text: str) -> str:
    titles, named = named_words(text)
    if not named:
        return text
    family = named[:1] if len(named) > 1 and not _has_digits(named[0]) else []
    rest = named[len(family) :]
    return " ".join([*titles, *family, *(_initial(word) for word in rest)])


def named_words(text: str) -> tuple[list[str], list[str]]:
    """Part one person's name into what it begins with and what names them; a group has no name."""
    words = text.split()
    begin = next((at for at, word in enumerate(words) if not _is_title(word, at)), len(words))
    if begin == len(words):
        if any(word.lower() in COLLECTIVES for word in words[:-1]):
            return words, []
        begin -= 1
    return words[:begin], words[begin:]


def _is_title(word: str, at: int) -> bool:
    if word.isdecimal():
        return len(word) <= SHORT_NUMBER
    return (word.islower() or at == 0) and word.lower() in TITLES


def _has_digits(word: str) -> bool:
    return any(char.isdecimal() for char in word)


def _initial(word: str) -> str:
    """Give a word's first letter with its marks; a number or a sign is left out whole."""
    first = next((char for char in word if char.isalpha()), "")
    return f"{first.upper()[:1]}." if first and not _has_digits(word) else "…"


def masked_phone(phone: str) -> str:
    """Give the first two and the last three digits of each number: “09xx xxx 123”."""
    numbers = ["".join(filter(str.isdecimal, part)) for part in re.split(r"[,;/\n]", phone)]
    return ", ".join(_masked_number(digits) for digits in numbers if digits)


def _masked_number(digits: str) -> str:
    hidden = len(digits) - FIRST_SHOWN - LAST_SHOWN
    if hidden < LAST_SHOWN:
        return "x" * len(digits)
    shown = digits[:FIRST_SHOWN] + "x" * hidden + digits[-LAST_SHOWN:]
    return " ".join(filter(None, (shown[:-6], shown[-6:-3], shown[-3:])))
