//! Addresses of `WhatsApp`: `628…@s.whatsapp.net`, `…@lid`, `…@g.us` and others.

use domain::inbound::Lid;
use domain::phone::{Phone, PhoneError};

/// An address, by what stands behind it.
pub(super) enum Jid {
    /// A person under their number: the digits with country code.
    Number(String),
    /// A person under `WhatsApp`'s hidden id.
    Hidden(Lid),
    /// A group.
    Group,
    /// A status update or a broadcast list.
    Broadcast,
    /// A channel.
    Newsletter,
}

impl Jid {
    /// Reads `user@server` with or without a device (`62812…:22@…`) or agent (`62812…_1:22@…`,
    /// `62812….0:22@…`); `None` for any other writing or server.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (user, server) = text.trim().rsplit_once('@')?;
        let user = without_device(user);
        match server.to_ascii_lowercase().as_str() {
            "g.us" => Some(Self::Group),
            "broadcast" => Some(Self::Broadcast),
            "newsletter" => Some(Self::Newsletter),
            // `hosted`: accounts whose second device a company runs in the cloud.
            "lid" | "hosted.lid" => Lid::parse(user).map(Self::Hidden),
            "s.whatsapp.net" | "c.us" | "hosted" => {
                let digits = user.strip_prefix('+').unwrap_or(user);
                let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
                plain.then(|| Self::Number(digits.to_owned()))
            }
            _ => None,
        }
    }
}

/// The user without device and agent.
pub(super) fn without_device(user: &str) -> &str {
    let user = user.trim();
    user.split_once([':', '_', '.'])
        .map_or(user, |(user, _)| user)
}

/// Digits that begin with a country code, as in addresses; a leading 0 is read all the same.
pub(super) fn international(digits: &str) -> Result<Phone, PhoneError> {
    match digits.as_bytes() {
        // Without the plus, 81… (Japan) would pass for an Indonesian number without its 0.
        [b'1'..=b'9', ..] => Phone::parse(&format!("+{digits}")),
        _ => Phone::parse(digits),
    }
}

/// The number in a field beside a hidden id: an address or digits; `None` for anything else.
pub(super) fn number(text: &str) -> Option<Phone> {
    if text.contains('@') {
        return match Jid::parse(text)? {
            Jid::Number(digits) => international(&digits).ok(),
            _ => None,
        };
    }
    let user = without_device(text);
    international(user.strip_prefix('+').unwrap_or(user)).ok()
}

/// The hidden id in a field beside a number.
pub(super) fn lid(text: &str) -> Option<Lid> {
    match Jid::parse(text)? {
        Jid::Hidden(lid) => Some(lid),
        _ => None,
    }
}
