"""Where our answer differs from libphonenumber's on purpose: the only list of it.

A class is a rule about the text, never a list of texts. Where we refuse a text in which
libphonenumber finds a number, the rule names our reason and what in the text causes it. Where we
read a text that libphonenumber refuses or reads otherwise, the rule rewrites the text, and
libphonenumber, asked again about the rewritten one, must find exactly our number.
"""

import re
import unicodedata
from collections.abc import Callable
from itertools import combinations
from typing import NamedTuple

from oracle import NOTHING, Opinion, ask

INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\U000e0000-\U000e0fff"
)
WHITE = "\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
# Of people's separators, those that libphonenumber does not know.
RARE_SEPARATORS = "_·•\u2043\ufe58\ufe63\uff0e\uff3f"
KNOWN_SEPARATORS = "\\-.()\u2010-\u2015\u2212\uff0d\uff08\uff09"
PLUS = "+\uff0b"
# Signs that part two numbers, or a number from its parameters.
PARTING = "/,;&|" + PLUS
DIGITS = "0-9٠-٩۰-۹０-９\U0001d7ce-\U0001d7ff"
# `00 62 0` and 12 national digits.
LONGEST = 17
EXTENSION = "x|ext|extension|eks|ekst|ekstensi|pes|pesawat"

RARE = re.compile(f"[{WHITE}{RARE_SEPARATORS}]")
ADDRESS = re.compile(r"\A\s*(?:tel:|(?:https?://)?(?:www\.)?wa\.me/)", re.IGNORECASE)
WA_ME = re.compile(r"(\s*(?:https?://)?(?:www\.)?wa\.me/[^?#]*)[?#].*", re.IGNORECASE | re.DOTALL)
ANY_KNOWN = re.compile(f"[{INVISIBLE}{WHITE}{RARE_SEPARATORS}{KNOWN_SEPARATORS}{PARTING}{DIGITS}]")


def visible(text: str) -> str:
    return re.sub(f"[{INVISIBLE}]", "", text)


def body(text: str) -> str:
    """The text without what cannot be seen and without `tel:` or `wa.me/` and its query."""
    return ADDRESS.sub("", without_query(text) or visible(text), count=1)


def ascii_digits(text: str) -> str:
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)


def only_digits(text: str) -> str:
    return "".join(c for c in ascii_digits(body(text)) if c.isdecimal())


# Texts that we read: rewritten, libphonenumber reads the same number.


def without_query(text: str) -> str | None:
    link = WA_ME.fullmatch(visible(text))
    return link and link[1]


def without_invisible_marks(text: str) -> str | None:
    return visible(text) if visible(text) != text else None


def without_rare_separators(text: str) -> str | None:
    return RARE.sub("", text) if RARE.search(text) else None


def plus_for_00(text: str) -> str | None:
    digits = only_digits(text)
    return f"+{digits[2:]}" if digits.startswith("0062") else None


def plus_for_62(text: str) -> str | None:
    digits = only_digits(text)
    is_nine = re.fullmatch(r"628[1-35-9]\d{7}", digits) and not re.search(f"[{PLUS}]", text)
    return f"+{digits}" if is_nine and ask(text).landline == f"+62{digits}" else None


class Rewrite(NamedTuple):
    name: str
    why: str
    rewrite: Callable[[str], str | None]


# In the order in which they are applied where one text needs several.
REWRITES = [
    Rewrite("link", "what follows ? or # in a wa.me link is a greeting and not part of the number", without_query),
    Rewrite("invisible", "zero-width and bidi marks come along when a number is copied from a chat or a contact card", without_invisible_marks),
    Rewrite("separators", "_, ·, •, full-width signs, tabs and narrow spaces separate groups of digits like any other", without_rare_separators),
    Rewrite("00", "00 is the international prefix on handsets everywhere; libphonenumber knows 001, 008 … for Indonesia only", plus_for_00),
    Rewrite("62 8", "62 followed by 8 is the country code also with 9 national digits; nobody writes landlines of area 0628 without the 0", plus_for_62),
]


# Texts that we refuse although libphonenumber finds a number in them, or refuse for another reason.


def has_letter(text: str, _: Opinion) -> bool:
    return any(c.isalpha() for c in body(text))


def has_extension(text: str, _: Opinion) -> bool:
    return bool(re.search(rf"[{DIGITS}][^{DIGITS}]*?(?:#|(?<![^\W\d_])(?:{EXTENSION})(?![^\W\d_]))", body(text), re.IGNORECASE))


def has_second_number(text: str, _: Opinion) -> bool:
    return len(only_digits(text)) > LONGEST or bool(re.search(f"[{DIGITS}].*[{PARTING}]", body(text), re.DOTALL))


def has_other_digits(text: str, _: Opinion) -> bool:
    return any(c.isdecimal() and not ANY_KNOWN.match(c) for c in body(text))


def has_symbol(text: str, _: Opinion) -> bool:
    return any(not c.isalpha() and not c.isdecimal() and not ANY_KNOWN.match(c) for c in body(text))


def begins_with_parting_sign(text: str, _: Opinion) -> bool:
    head = re.split(f"[{DIGITS}]", body(text), maxsplit=1)[0]
    return bool(re.search(r"[/,;&|]", head)) or len(re.findall(f"[{PLUS}]", head)) > 1


def has_operator_prefix(text: str, theirs: Opinion) -> bool:
    digits = only_digits(text)
    abroad = ask(f"+{digits[3:]}")
    return bool(re.match("00[89]62", digits)) and abroad == theirs


def has_no_zero(text: str, theirs: Opinion) -> bool:
    return bool(theirs.landline) and not re.match("0|62", only_digits(text))


def has_no_area(text: str, theirs: Opinion) -> bool:
    return bool(theirs.landline) and bool(re.match("(?:00)?62[018]", only_digits(text)))


def has_number_in_query(text: str, _: Opinion) -> bool:
    link = without_query(text)
    return link is not None and ask(link) == NOTHING


def has_628_twice(text: str, theirs: Opinion) -> bool:
    return bool(theirs.landline) and bool(re.match("(?:0|(?:00)?620?)620?8", only_digits(text)))


class Refusal(NamedTuple):
    name: str
    reasons: set[str]
    why: str
    holds: Callable[[str, Opinion], bool]


REFUSALS = [
    Refusal("letters", {"letters"}, "libphonenumber skips words and turns letters into keypad digits; O for 0 and a name would become part of a number that nobody typed", has_letter),
    Refusal("extension", {"extension"}, "libphonenumber cuts it off; WhatsApp has no extensions, so this is an office's number or a slip", has_extension),
    Refusal("several", {"several numbers"}, "libphonenumber reads / , ; as separators or takes the first number; which one is meant is the person's to say; more than 17 digits are no Indonesian number and few foreign ones", has_second_number),
    Refusal("other digits", {"symbol"}, "digits of scripts that no keyboard in use here types (Devanagari, Bengali, Thai); asking costs one retyping", has_other_digits),
    Refusal("symbol", {"symbol"}, "libphonenumber skips *, <, \" and others; a sign that belongs to no number may stand for a lost digit", has_symbol),
    Refusal("leading sign", {"symbol"}, "a second plus, or a comma before the first digit: something in front is missing", begins_with_parting_sign),
    Refusal("008", {"foreign"}, "008 and 009 are prefixes that one operator's customers dial to go abroad, never written before 62; 0086 is China", has_operator_prefix),
    Refusal("no zero", {"not mobile"}, "a landline without its 0 may as well be a foreign number without its plus: both are told how a mobile number begins", has_no_zero),
    Refusal("62 no area", {"too short", "not mobile"}, "62 is the country code; 8… after it is judged as a mobile number, and no area begins with 0 or 1; libphonenumber falls back on areas 0620, 0621 and 0628", has_no_area),
    Refusal("query", {"empty", "too short", "too long", "not mobile"}, "a number in the greeting of a wa.me link is not the one it leads to", has_number_in_query),
    Refusal("628 twice", {"repeated prefix"}, "62 628… and 0 628… of a mobile number's length are a prefix typed twice; the error says so, a landline of area 0628 would not pass either", has_628_twice),
]


def explain(text: str, ours: str, theirs: Opinion) -> str | None:
    """Name of the class of a difference; the names of rewrites that are needed together; `None` if in no class."""
    if not ours.startswith("+"):
        return next((c.name for c in REFUSALS if ours in c.reasons and c.holds(text, theirs)), None)
    for size in range(1, len(REWRITES) + 1):
        for chosen in combinations(REWRITES, size):
            rewritten: str | None = text
            for rule in chosen:
                rewritten = rewritten and rule.rewrite(rewritten)
            if rewritten and ask(rewritten).mobile == ours:
                return " + ".join(rule.name for rule in chosen)
    return None
