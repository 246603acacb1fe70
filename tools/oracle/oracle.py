"""What Google's libphonenumber says about a text typed in Indonesia."""

from typing import NamedTuple

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

INDONESIA = 62


class Opinion(NamedTuple):
    """At most one of these: the E.164 number where it is a valid Indonesian mobile number or
    landline, or that it is a valid number of another country."""

    mobile: str | None = None
    landline: str | None = None
    foreign: bool = False

    def agrees(self, ours: str) -> bool:
        """The same number or none; and where none, no other reason than libphonenumber would give."""
        if self.mobile or ours.startswith("+"):
            return self.mobile == ours
        return not (self.landline or self.foreign) or ours == ("foreign" if self.foreign else "landline")

    def verdict(self) -> str:
        return self.mobile or (self.landline and "landline") or (self.foreign and "foreign") or "no number"


NOTHING = Opinion()


def ask(text: str) -> Opinion:
    try:
        number = phonenumbers.parse(text, "ID")
    except NumberParseException:
        return NOTHING
    if not phonenumbers.is_possible_number(number) or not phonenumbers.is_valid_number(number):
        return NOTHING
    if number.country_code != INDONESIA:
        return Opinion(foreign=True)
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    match phonenumbers.number_type(number):
        case PhoneNumberType.MOBILE:
            return Opinion(mobile=e164)
        case PhoneNumberType.FIXED_LINE:
            return Opinion(landline=e164)
        case _:
            return NOTHING
