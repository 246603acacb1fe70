"""Texts that people may put into the field for a phone number, and texts close to those.

Everything is drawn from one random generator, so that a seed gives the same texts again.
"""

from collections.abc import Callable, Iterator
from random import Random

import phonenumbers

Digits = Callable[[int], str]

MOBILE_PREFIXES = [
    "0", "0", "0", "62", "62", "+62", "+62", "+62 ", "62 ", "", "62 0", "620", "+620", "+62 (0)", "+62 (0) ",
    "(+62) ", "(62)", "+(62)", "0062", "00 62 ", "0062 0", "＋62", "٠", "(0", "0-", "+ 62 ",
]
ODD_PREFIXES = [
    "00", "+0", "0062", "006208", "6262", "+62 62", "062", "0 62", "00862", "00962", "00162", "008", "009", "+",
    "++62", "+62+", "1", "60", "+60", "65", "+65", "+1", "0060", "+81", "+8", "8", "628", "+628", "0628", "6208",
]
SEPARATORS = [
    " ", " ", " ", "-", "-", "-", ".", "_", "  ", " - ", "\u00a0", "\u202f", "\u2009", "\t", "–", "—", "−", "‐", "‑",
    "·", "•", "\u200b", "\u3000", "－", "．", "＿", "⁃", "﹘", "﹣", ") ", " (",
]
MARKS = [
    "\u200b", "\u200c", "\u200d", "\u200e", "\u200f", "\u202a", "\u202c", "\u202d", "\u2060", "\u2066", "\u2068",
    "\u2069", "\ufeff", "\u00ad", "\ufe0f", "\u061c", "\u00a0", "\u202f", "\n", "\t",
]
SYMBOLS = "*#/,;&|+=<>[]{}\"'`~^%$@!?:\\\0😀×°²⁰①½«»…★।"
LETTERS = "OolIisSBbxXzZqgeEAпоあ語éß"
# First digit of ten that follow each other. The last three are unknown to our parser.
SCRIPTS = [0x660, 0x6F0, 0xFF10, 0x1D7CE, 0x1D7D8, 0x1D7F6, 0x966, 0x9E6, 0xE50]
AREA_CODES = [
    "21", "22", "24", "31", "61", "251", "254", "274", "271", "281", "341", "361", "370", "401", "411", "511", "541",
    "561", "620", "621", "627", "628", "629", "711", "721", "751", "761", "778", "901", "911", "967", "980",
    "800", "804", "807", "809", "177", "1500", "14", "110",
]
BEFORE = [
    "WA ", "WA: ", "No. ", "HP:", "hp ", "Telp. ", "Budi ", "(", "<", "[", "\"", "'", "=", ":", "@", "# ", "* ", "- ", ".",
    "https://wa.me/", "wa.me/", "WA.ME/", "http://www.wa.me/", "https://wa.me/+", "tel:", "TEL:", "tel: ", "sms:",
    "https://api.whatsapp.com/send?phone=", "whatsapp://send?phone=", "☎ ", "📱",
]
AFTER = [
    ".", ",", ";", "/", ", ", " ;", ")", ">", "]", "\"", "!", "?", " WA", " (Budi)", " Budi", " a/n Budi", "-an",
    "?text=Halo%20Budi", "?text=1", "/?text=Halo", "#", "#1", " ext 12", " ext. 12", "ext12", " x12", "x1", "#12", " pes. 3",
    " pesawat 21", " ekst 4", " eks. 5", " extension 77", ";ext=12", ";phone-context=+62", ";isub=1", "~12", " int 5",
    ", 12", " anexo 3", " доб 4", "@s.whatsapp.net", "@c.us", " *", "**", "…", " lagi", " atau", " dan", "/1", "/2",
]
LINKS = ["wa.me/", "https://wa.me/", "http://www.wa.me/", "WA.ME/+"]
QUERIES = ["?text=Halo%20Budi", "?text=", "/?text=0", "?", "#", "?text=+62", "?utm_source=wa&n="]
JOINTS = [" ", "/", " / ", ",", ", ", ";", " & ", " | ", "+", " atau ", " dan ", "-", "\n", "  ", "", "\\", " or "]


class Writer:
    """Draws texts; `digits` draws the part of a number that tells nobody's kind of number."""

    def __init__(self, rng: Random, digits: Digits) -> None:
        self.rng = rng
        self.digits = digits
        examples = [
            phonenumbers.example_number_for_type(region, kind)
            for region in sorted(phonenumbers.SUPPORTED_REGIONS)
            for kind in (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE)
        ]
        self.foreign = [number for number in examples if number and number.country_code != 62]

    def mobile(self) -> str:
        """National digits of a mobile number, mostly of a valid length, sometimes 080 or 084."""
        length = self.rng.choice([9, 9, 10, 10, 11, 11, 11, 12, 12, self.rng.randint(4, 15)])
        second = self.rng.choice("1235678912356789012356789123567894")
        return f"8{second}{self.digits(length - 2)}"

    def landline(self) -> str:
        return self.rng.choice(AREA_CODES) + self.digits(self.rng.randint(4, 10))

    def abroad(self) -> str:
        number = self.rng.choice(self.foreign)
        form = self.rng.choice([
            phonenumbers.PhoneNumberFormat.E164,
            phonenumbers.PhoneNumberFormat.INTERNATIONAL,
            phonenumbers.PhoneNumberFormat.NATIONAL,
            phonenumbers.PhoneNumberFormat.RFC3966,
        ])
        text = phonenumbers.format_number(number, form)
        return text.replace("+", self.rng.choice(["+", "+", "00", ""]))

    def grouped(self, national: str) -> str:
        """The digits as people group them, or with marks between any two."""
        way = self.rng.random()
        if way < 0.35:
            return national
        separator = self.rng.choice(SEPARATORS)
        if way < 0.75:
            first = self.rng.choice([2, 3, 3, 3, 4])
            size = self.rng.choice([3, 4, 4])
            groups = [national[:first]]
            groups += [national[at : at + size] for at in range(first, len(national), size)]
            return separator.join(groups)
        if way < 0.85:
            return separator.join(national)
        return "".join(c + (self.rng.choice(SEPARATORS + MARKS) if self.rng.random() < 0.3 else "") for c in national)

    def number(self) -> str:
        kind = self.rng.random()
        if kind < 0.60:
            return self.rng.choice(MOBILE_PREFIXES) + self.grouped(self.mobile())
        if kind < 0.75:
            return self.rng.choice(ODD_PREFIXES) + self.grouped(self.mobile())
        if kind < 0.87:
            return self.rng.choice(MOBILE_PREFIXES) + self.grouped(self.landline())
        if kind < 0.94:
            return self.abroad()
        return self.rng.choice(["", "", "+", "0", "00"]) + self.digits(self.rng.randint(1, 20))

    def other_script(self, text: str) -> str:
        zero = self.rng.choice(SCRIPTS)
        share = self.rng.choice([1.0, 1.0, 0.3])
        return "".join(
            chr(zero + int(c)) if c.isascii() and c.isdigit() and self.rng.random() < share else c for c in text
        )

    def mistyped(self, text: str) -> str:
        """One slip: a character lost, doubled, moved, replaced or added."""
        at = self.rng.randint(0, len(text))
        head, tail = text[:at], text[at:]
        added = self.rng.choice([
            self.rng.choice(SYMBOLS),
            self.rng.choice(LETTERS),
            self.rng.choice(MARKS),
            self.rng.choice(SEPARATORS),
            self.rng.choice("0123456789"),
        ])
        return self.rng.choice([head + tail[1:], head + head[-1:] + tail, tail + head, head + added + tail[1:], head + added + tail])

    def text(self) -> str:
        text = self.number()
        if self.rng.random() < 0.06:
            text += self.rng.choice(JOINTS) + self.number()
        if self.rng.random() < 0.12:
            text = self.rng.choice(BEFORE) + text
        if self.rng.random() < 0.12:
            text += self.rng.choice(AFTER)
        if self.rng.random() < 0.02:
            text = self.rng.choice(LINKS) + self.rng.choice([text, text, ""]) + self.rng.choice(QUERIES)
            text += self.rng.choice(["", self.mobile(), self.number()])
        if self.rng.random() < 0.10:
            text = self.other_script(text)
        if self.rng.random() < 0.08:
            text = self.rng.choice(MARKS) + text + self.rng.choice(["", *MARKS])
        while self.rng.random() < 0.25:
            text = self.mistyped(text)
        return text


def texts(seed: int, count: int, *, plain_digits: bool = False) -> Iterator[str]:
    """`count` different texts. With `plain_digits` every number looks invented, such as 0812 3456."""
    rng = Random(seed)

    def by_chance(length: int) -> str:
        return "".join(rng.choices("0123456789", k=max(length, 0)))

    def in_steps(length: int) -> str:
        first, step = rng.randrange(10), rng.choice([0, 1, 1, 9])
        return "".join(str((first + step * at) % 10) for at in range(length))

    writer = Writer(rng, in_steps if plain_digits else by_chance)
    seen: set[str] = set()
    while len(seen) < count:
        text = writer.text()
        if text not in seen:
            seen.add(text)
            yield text
