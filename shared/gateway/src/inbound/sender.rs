//! Who wrote, from the fields of either form.

use domain::inbound::{Lid, Sender};
use domain::phone::{Phone, PhoneError};

use super::Ignored;
use super::jid::{self, Jid};
use super::payload::Payload;

/// Why there is no sender.
pub(super) enum NoSender {
    /// It is none of ours.
    Ignored(Ignored),
    /// The fields cannot be read.
    Unclear,
}

/// More digits than that is no country's number in practice (15 are allowed), but usual for a
/// hidden id.
const NUMBER_MAX: usize = 13;

/// Of the raw form: the chat's address, which for a person is the person's.
pub(super) fn of_raw(payload: &Payload) -> Result<Sender, NoSender> {
    let key = &payload.key.fields;
    let address = key.remote_jid.get().and_then(Jid::parse);
    let beside = [
        &key.remote_jid_alt,
        &key.sender_pn,
        &key.participant_pn,
        &key.sender_lid,
        &key.participant_lid,
        &payload.sender_pn,
        &payload.sender_lid,
    ];
    let beside: Vec<&str> = beside.into_iter().filter_map(|word| word.get()).collect();
    let lid = || beside.iter().find_map(|text| jid::lid(text));
    match address.ok_or(NoSender::Unclear)? {
        Jid::Number(digits) => known(&digits, lid()),
        Jid::Hidden(lid) => Ok(
            match beside.iter().find_map(|text| number_beside(text, &lid)) {
                Some(phone) => with_lid(phone, lid),
                None => Sender::Hidden(lid),
            },
        ),
        other => Err(none_of_ours(&other)),
    }
}

/// Of the simple form. Where `jid` and `phone` name different people the jid decides: it is the
/// address that `WhatsApp` itself uses, `phone` is what the gateway made of it.
pub(super) fn of_simple(payload: &Payload) -> Result<Sender, NoSender> {
    let phone = payload.phone.get();
    let addresses = [payload.jid.get(), phone];
    let address = addresses.into_iter().flatten().find_map(Jid::parse);
    match address {
        Some(Jid::Number(digits)) => known(&digits, payload.sender_lid.get().and_then(jid::lid)),
        Some(Jid::Hidden(lid)) => {
            let beside = [phone, payload.sender_pn.get()];
            let phone = beside
                .into_iter()
                .flatten()
                .find_map(|text| number_beside(text, &lid));
            Ok(match phone {
                Some(phone) => with_lid(phone, lid),
                None => Sender::Hidden(lid),
            })
        }
        Some(other) => Err(none_of_ours(&other)),
        None => bare(phone.or(payload.jid.get())),
    }
}

/// A number without an address beside it, in any writing.
fn bare(text: Option<&str>) -> Result<Sender, NoSender> {
    let text = text.ok_or(NoSender::Unclear)?;
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    match Phone::parse(text) {
        Ok(phone) => Ok(Sender::Phone { phone, lid: None }),
        Err(PhoneError::Foreign | PhoneError::Landline | PhoneError::NotMobile)
            if digits <= NUMBER_MAX =>
        {
            Err(NoSender::Ignored(Ignored::Foreign))
        }
        Err(_) => Err(NoSender::Unclear),
    }
}

/// The number in a field beside a hidden id. Some senders repeat the hidden id there, and one in
/// many of them would pass for a number.
fn number_beside(text: &str, lid: &Lid) -> Option<Phone> {
    let digits: String = text
        .split('@')
        .next()
        .map(jid::without_device)?
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    if digits == lid.digits() {
        return None;
    }
    jid::number(text).or_else(|| Phone::parse(text).ok())
}

fn known(digits: &str, lid: Option<Lid>) -> Result<Sender, NoSender> {
    match jid::international(digits) {
        Ok(phone) => Ok(Sender::Phone { phone, lid }),
        Err(_) => Err(NoSender::Ignored(Ignored::Foreign)),
    }
}

fn with_lid(phone: Phone, lid: Lid) -> Sender {
    Sender::Phone {
        phone,
        lid: Some(lid),
    }
}

fn none_of_ours(address: &Jid) -> NoSender {
    match address {
        Jid::Group => NoSender::Ignored(Ignored::Group),
        Jid::Broadcast => NoSender::Ignored(Ignored::Broadcast),
        Jid::Newsletter => NoSender::Ignored(Ignored::Newsletter),
        Jid::Number(_) | Jid::Hidden(_) => NoSender::Unclear,
    }
}
