//! A contact card that phones save, so that WhatsApp shows our name above our messages.

use crate::phone::Phone;

/// A vCard 3.0 with one contact of this name and all its numbers. `name` is ours and holds no
/// character that vCard would need escaped.
#[must_use]
pub fn card(name: &str, phones: &[Phone]) -> String {
    let mut card = format!("BEGIN:VCARD\r\nVERSION:3.0\r\nN:;{name};;;\r\nFN:{name}\r\n");
    for phone in phones {
        card.push_str("TEL;TYPE=CELL:");
        card.push_str(&phone.e164());
        card.push_str("\r\n");
    }
    card.push_str("END:VCARD\r\n");
    card
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::card;
    use crate::phone::Phone;

    #[test]
    fn one_contact_holds_every_number() {
        let phones = ["081100000001", "081100000002"].map(|text| Phone::parse(text).unwrap());
        assert_eq!(
            card("Socialpreneur", &phones),
            "BEGIN:VCARD\r\nVERSION:3.0\r\nN:;Socialpreneur;;;\r\nFN:Socialpreneur\r\n\
             TEL;TYPE=CELL:+6281100000001\r\nTEL;TYPE=CELL:+6281100000002\r\nEND:VCARD\r\n"
        );
    }
}
