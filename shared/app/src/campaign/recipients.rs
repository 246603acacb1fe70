//! Who gets a row of a campaign: the people of its source, one after the other, each with what is
//! decided about them. What writes rows and what only counts them see the same people.

use std::collections::{HashMap, HashSet, VecDeque};

use domain::attendance::Attendance;
use domain::audience::{BroadcastCap, Facts, LeftOut};
use domain::campaign::{CampaignKind, NewCampaign, Position, Source, message_id};
use domain::event::Event;
use domain::ids::{CampaignId, MessageId, ParticipantId};
use jiff::{SignedDuration, Timestamp};
use store::{Person, StoreError};

use crate::context::App;

/// Campaigns that are looked at, at most: of one week, or live at a time.
pub(crate) const MOST_CAMPAIGNS: usize = 200;
/// People read at a time: as many as three pages take.
const READ_AT_ONCE: usize = 297;

/// Somebody, and whether they get a row.
#[derive(Debug)]
pub(super) struct Decided {
    pub(super) person: Person,
    pub(super) admitted: Result<(), LeftOut>,
    /// The position behind them.
    key: String,
}

/// People that were read but not yet written, and where reading goes on.
pub(super) struct Recipients<'a> {
    new: &'a NewCampaign,
    source: Source,
    /// The event whose registrants the audience asks for.
    event: Option<Event>,
    /// The event whose attendance the audience asks for.
    attended: Option<Event>,
    cap: Option<Cap>,
    decided: VecDeque<Decided>,
    /// Where the people in `decided` came from.
    part: Option<Position>,
    /// Where the next ones are; none if there are none.
    rest: Option<Position>,
}

/// The cap on broadcasts, and the other broadcasts that count against it.
struct Cap {
    cap: BroadcastCap,
    others: Vec<(CampaignId, Timestamp)>,
}

impl<'a> Recipients<'a> {
    /// The people of this campaign from `position` on.
    pub(super) async fn from(
        app: &App,
        new: &'a NewCampaign,
        position: Option<Position>,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            source: Source::of(&new.audience, new.created_at),
            event: match new.audience.registered_for() {
                Some(event) => app.store.event(event).await?,
                None => None,
            },
            attended: match new.audience.attendance_of() {
                Some(event) => app.store.event(event).await?,
                None => None,
            },
            cap: Cap::of(app, new).await?,
            decided: VecDeque::new(),
            part: position.clone(),
            rest: position,
            new,
        })
    }

    /// The next one; none if there are none left.
    pub(super) async fn next(&mut self, app: &App) -> Result<Option<Decided>, StoreError> {
        while self.decided.is_empty() && self.rest.is_some() {
            self.read(app).await?;
        }
        Ok(self.decided.pop_front())
    }

    /// The position behind somebody that [`Recipients::next`] gave; none if they were the last.
    pub(super) fn behind(&self, last: &Decided) -> Option<Position> {
        match (self.decided.is_empty(), &self.part) {
            (false, Some(part)) => Some(Position {
                part: part.part.clone(),
                after: last.key.clone(),
            }),
            _ => self.rest.clone(),
        }
    }

    async fn read(&mut self, app: &App) -> Result<(), StoreError> {
        let Some(position) = self.rest.take() else {
            return Ok(());
        };
        let until = self.new.created_at;
        let page = app
            .store
            .people(&self.source, &position, until, READ_AT_ONCE)
            .await?;
        self.rest = match page.rest {
            Some(key) => Some(Position {
                part: position.part.clone(),
                after: key,
            }),
            None => self.source.behind(&position.part),
        };
        self.part = Some(position);
        self.decided = self.decide(app, page.people).await?;
        Ok(())
    }

    async fn decide(
        &self,
        app: &App,
        people: Vec<(Person, String)>,
    ) -> Result<VecDeque<Decided>, StoreError> {
        let known = match &self.attended {
            Some(event) => {
                let ids: Vec<_> = people.iter().map(|(person, _)| person.id).collect();
                app.store.attendance_among(event, &ids).await?
            }
            None => HashMap::new(),
        };
        let attendance = |person: &Person| {
            let known = known.get(&person.id).copied();
            known.unwrap_or(Attendance::Unknown)
        };
        let meant: Vec<&Person> = people
            .iter()
            .map(|(person, _)| person)
            .filter(|person| self.admits(person, attendance(person), &[]).is_ok())
            .collect();
        let indexes: Vec<&str> = meant.iter().map(|one| one.phone_index.as_str()).collect();
        let stopped = app.store.stopped_among(&indexes).await?;
        let ids: Vec<ParticipantId> = meant.iter().map(|one| one.id).collect();
        let had = match &self.cap {
            Some(cap) => cap.had(app, &ids).await?,
            None => HashMap::new(),
        };
        let decided = people.into_iter().map(|(mut person, key)| {
            person.unsubscribed |= stopped.contains(&person.phone_index);
            let broadcasts = had.get(&person.id).map_or(&[][..], Vec::as_slice);
            Decided {
                admitted: self.admits(&person, attendance(&person), broadcasts),
                person,
                key,
            }
        });
        Ok(decided.collect())
    }

    fn admits(
        &self,
        person: &Person,
        attendance: Attendance,
        broadcasts: &[Timestamp],
    ) -> Result<(), LeftOut> {
        let event = self.event.as_ref();
        let own = event.filter(|event| event.has_registrant(person.event_id, person.registered_at));
        let own = own.map(|event| event.id);
        let registered_for: Vec<_> = person.event_id.into_iter().chain(own).collect();
        let facts = Facts {
            city_key: &person.city_key,
            registered_at: person.registered_at,
            referrer: person.referrer_id,
            status: person.status,
            registered_for: &registered_for,
            attendance,
            unsubscribed: person.unsubscribed,
            // Nobody registers without.
            consented: true,
            // Nothing of them stands in the index.
            erased: false,
            duplicate: false,
            broadcasts,
        };
        let cap = self.cap.as_ref().map(|cap| (cap.cap, self.new.not_before));
        self.new.audience.admits(&facts, cap)
    }
}

impl Cap {
    /// Which broadcasts count: those whose time is so near that both would stand in one span of
    /// days, before or after it. They are known by their rows, which is exact and costs nothing
    /// when rows are written: the ids are computed, and whoever has such a row was sent it, or will
    /// be.
    async fn of(app: &App, new: &NewCampaign) -> Result<Option<Self>, StoreError> {
        if new.kind != CampaignKind::Broadcast {
            return Ok(None);
        }
        let cap = app.settings().await?.broadcast_cap;
        let at = new.not_before;
        let days = SignedDuration::from_hours(24 * i64::from(cap.days));
        let until = at.saturating_add(days).unwrap_or(at);
        let near = app
            .store
            .campaigns_between(cap.counts_from(at), until, MOST_CAMPAIGNS)
            .await?;
        let others = near
            .iter()
            .filter(|other| other.new.kind == CampaignKind::Broadcast && other.new.id != new.id);
        Ok(Some(Self {
            cap,
            // One that is planned for later counts as if it came first: it was decided before.
            others: others
                .map(|other| (other.new.id, other.new.not_before.min(at)))
                .collect(),
        }))
    }

    /// When these people have, or had, other broadcasts.
    async fn had(
        &self,
        app: &App,
        people: &[ParticipantId],
    ) -> Result<HashMap<ParticipantId, Vec<Timestamp>>, StoreError> {
        let mut rows: Vec<(MessageId, ParticipantId, Timestamp)> = Vec::new();
        for (campaign, at) in &self.others {
            rows.extend(people.iter().map(|person| {
                let id = message_id(CampaignKind::Broadcast, *campaign, None, *person);
                (id, *person, *at)
            }));
        }
        let ids: Vec<MessageId> = rows.iter().map(|(id, ..)| *id).collect();
        let standing: HashSet<MessageId> = app.store.standing_among(&ids).await?;
        let mut had: HashMap<ParticipantId, Vec<Timestamp>> = HashMap::new();
        for (id, person, at) in rows {
            if standing.contains(&id) {
                had.entry(person).or_default().push(at);
            }
        }
        Ok(had)
    }
}
