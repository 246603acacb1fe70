use serde_json::{Value, json};

/// Somebody who fills in the form. Numbers and names are invented.
#[derive(Debug, Clone)]
pub struct Person {
    /// `Bapak` or `Ibu`.
    pub sapaan: String,
    /// Name as typed.
    pub name: String,
    /// City as typed.
    pub city: String,
    /// Profession as typed.
    pub profession: String,
    /// Number as typed.
    pub phone: String,
    /// Whether the box about the referrer is ticked.
    pub share: bool,
    /// The code of the link they came through.
    pub code: Option<String>,
}

impl Person {
    /// The n-th invented person, with the number 0812 0000 nnnn… in its link form.
    #[must_use]
    pub fn nth(n: u32) -> Self {
        Self {
            sapaan: "Bapak".to_owned(),
            name: "Budi Santoso".to_owned(),
            city: "Bogor".to_owned(),
            profession: "Guru".to_owned(),
            phone: format!("0812{:08}", 10_000_000 + n),
            share: true,
            code: None,
        }
    }

    /// The same person with another name.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// The same person, who came through somebody's link.
    #[must_use]
    pub fn invited_by(mut self, referrer: &Self) -> Self {
        self.code = Some(referrer.phone.clone());
        self
    }

    /// The same person, who leaves the box about the referrer empty.
    #[must_use]
    pub fn keeping_to_themselves(mut self) -> Self {
        self.share = false;
        self
    }

    /// The number itself.
    #[must_use]
    pub fn phone(&self) -> domain::phone::Phone {
        domain::phone::Phone::parse(&self.phone).expect("an invented number is a number")
    }

    /// The number as the simulator and the gateway know it, `+62812…`.
    #[must_use]
    pub fn e164(&self) -> String {
        self.phone().e164()
    }

    /// The JSON a script would send.
    #[must_use]
    pub fn json(&self) -> Value {
        let mut body = json!({
            "sapaan": self.sapaan,
            "name": self.name,
            "city": self.city,
            "profession": self.profession,
            "phone": self.phone,
            "consent_wa": true,
            "consent_share": self.share,
        });
        if let Some(code) = &self.code {
            body["ref"] = code.as_str().into();
        }
        body
    }

    /// The fields a browser without script would post.
    #[must_use]
    pub fn form(&self) -> Vec<(&'static str, String)> {
        let mut fields = vec![
            ("ref", self.code.clone().unwrap_or_default()),
            ("sapaan", self.sapaan.clone()),
            ("name", self.name.clone()),
            ("city", self.city.clone()),
            ("profession", self.profession.clone()),
            ("phone", self.phone.clone()),
            ("website", String::new()),
            ("consent_wa", "true".to_owned()),
        ];
        if self.share {
            fields.push(("consent_share", "true".to_owned()));
        }
        fields
    }
}
