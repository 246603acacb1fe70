//! `SEED=demo`: a programme that has been running for a month.
//!
//! Nothing is written past the use cases. An empty data folder gets a clock that stands 30 days
//! back; people register, the clock is advanced to the next registration, and the welcomes and
//! alerts in between are decided, paced and sent like any others. When the clock has come to
//! now, the last ones register live, one every few seconds.
//!
//! A file in the data folder holds when it began, until everybody has registered: a start that
//! finds it goes on with whoever is missing.

mod people;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use app::event::{EventError, Wishes, create_event};
use app::register::{Answer, RegisterError, register};
use app::settings::save_settings;
use app::{App, Chain};
use domain::event::EventForm;
use domain::form::RegistrationForm;
use domain::settings::Settings;
use domain::zone::wib;
use jiff::civil::{Weekday, time};
use jiff::{SignedDuration, Timestamp};
use store::StoreError;
use tokio::sync::watch;

use crate::clock::VirtualClock;
use crate::conductor::{AdvanceError, Conductor};
use crate::gate::Gate;
use crate::simulator::Filling;
pub(crate) use people::PEOPLE;

/// In the data folder while people are missing.
const FILE: &str = "demo";
/// Between two who register live.
const LIVE_GAP: Duration = Duration::from_secs(3);

const TITLE: &str = "Socialpreneur Batch 12: Mulai dari Lingkungan Sendiri";
const ZOOM_LINK: &str = "https://zoom.example/j/81100000000";
const LINK_VIDEO: &str = "https://video.example/pengantar-socialpreneur";

/// The demo could not go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DemoError {
    /// Its event was refused.
    #[error("the demo's event")]
    Event(#[from] EventError),
    /// Its file cannot be read or written.
    #[error("the demo's file {} cannot be used: {source}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Its file holds no time.
    #[error("the demo's file {} holds no time", .0.display())]
    Content(PathBuf),
    /// Somebody's form is not valid.
    #[error("the form of the demo's person {0} was refused")]
    Form(usize),
    /// A registration was answered otherwise than with a link.
    #[error("the demo's person {0} was not registered")]
    Refused(usize),
    /// The registration failed.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// The store did not answer.
    #[error("demo")]
    Store(#[from] StoreError),
    /// Time could not be advanced.
    #[error(transparent)]
    Advance(#[from] AdvanceError),
}

/// A data folder that is being filled.
#[derive(Debug)]
pub(crate) struct Demo {
    file: PathBuf,
    /// When its past begins.
    pub(crate) beginning: Timestamp,
}

impl Demo {
    /// The demo that `folder` waits for: the one begun there, or a new one if it is `wanted` and
    /// `is_new`, nothing having been stored.
    pub(crate) fn in_folder(
        folder: &Path,
        wanted: bool,
        is_new: bool,
    ) -> Result<Option<Self>, DemoError> {
        let path = folder.join(FILE);
        let unusable = |source| DemoError::File {
            path: path.clone(),
            source,
        };
        match fs::read_to_string(&path) {
            Ok(text) => match text.trim().parse() {
                Ok(beginning) => Ok(Some(Self {
                    file: path,
                    beginning,
                })),
                Err(_) => Err(DemoError::Content(path)),
            },
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(unusable(error)),
            Err(_) if wanted && is_new => {
                let beginning = people::beginning(Timestamp::now());
                // Renamed: nobody ever reads half a time, whenever the process ends.
                let draft = path.with_extension("new");
                fs::write(&draft, beginning.to_string())
                    .and_then(|()| fs::rename(&draft, &path))
                    .map_err(unusable)?;
                Ok(Some(Self {
                    file: path,
                    beginning,
                }))
            }
            Err(_) => Ok(None),
        }
    }

    fn finished(self) -> Result<(), DemoError> {
        fs::remove_file(&self.file).map_err(|source| DemoError::File {
            path: self.file,
            source,
        })
    }
}

/// What people register for, and the video: before anybody can.
pub(crate) async fn prepare(app: &App) -> Result<(), DemoError> {
    // An earlier start may have ended right behind this.
    if app.store.next_events(app.now()).await?.is_empty() {
        let form = EventForm {
            title: Some(TITLE.to_owned()),
            start_time: Some(next_session(Timestamp::now()).to_string()),
            zoom_link: Some(ZOOM_LINK.to_owned()),
            ..EventForm::default()
        };
        create_event(app, form, Wishes::default()).await?;
    }
    let settings = app.store.steering().await?.settings;
    if settings.link_video.is_none() {
        let settings = Settings {
            link_video: Some(LINK_VIDEO.to_owned()),
            ..settings
        };
        save_settings(app, &settings).await?;
    }
    Ok(())
}

/// The next Sunday at 19.30 WIB that has not begun.
fn next_session(now: Timestamp) -> Timestamp {
    let local = now.to_zoned(wib());
    let to_sunday = local.weekday().until(Weekday::Sunday);
    let to_time = time(19, 30, 0, 0).duration_since(local.time());
    let wait = SignedDuration::from_hours(24 * i64::from(to_sunday)) + to_time;
    let session = now.saturating_add(wait).unwrap_or(now);
    if session > now {
        session
    } else {
        session
            .saturating_add(SignedDuration::from_hours(7 * 24))
            .unwrap_or(session)
    }
}

/// Lets people register.
pub(crate) struct Player {
    pub(crate) app: App,
    pub(crate) conductor: Conductor,
    pub(crate) gate: Gate,
    pub(crate) clock: Arc<VirtualClock>,
    /// What the page shows of it; nothing once it has ended.
    pub(crate) progress: watch::Sender<Option<Filling>>,
}

impl Player {
    /// Plays to the end. What stops it is logged, and the next start goes on from there.
    pub(crate) async fn play(self, demo: Demo) {
        if let Err(error) = self.run(demo).await {
            tracing::error!(error = %Chain(&error), "the demo has stopped; the next start goes on with it");
        }
        self.progress.send_replace(None);
    }

    async fn run(&self, demo: Demo) -> Result<(), DemoError> {
        let times = people::times(demo.beginning);
        for person in 0..PEOPLE {
            self.progress.send_replace(Some(Filling {
                done: person,
                of: PEOPLE,
            }));
            let form = people::form(person).map_err(|_| DemoError::Form(person))?;
            let index = self.app.store.phone_index(&form.phone)?;
            if self.app.store.holder_of(&index).await?.is_some() {
                continue;
            }
            if let Some(at) = times.get(person) {
                self.conductor.advance_to(*at).await?;
            } else {
                self.catch_up().await?;
                tokio::time::sleep(LIVE_GAP).await;
            }
            self.register(person, form).await?;
        }
        self.catch_up().await?;
        demo.finished()
    }

    /// Plays until the clock shows real time, or more if somebody has moved it.
    async fn catch_up(&self) -> Result<(), DemoError> {
        // What is played takes time, in which real time goes on: a second ahead ends it.
        while self.clock.is_behind() {
            let soon = Timestamp::now() + SignedDuration::from_secs(1);
            self.conductor.advance_to(soon).await?;
        }
        Ok(())
    }

    async fn register(&self, person: usize, form: RegistrationForm) -> Result<(), DemoError> {
        let _at_work = self.gate.enter();
        // An address each, of the block reserved for examples.
        let address = format!("198.51.100.{}", person + 1);
        match Box::pin(register(&self.app, form, &address, None)).await? {
            Answer::Accepted { .. } => Ok(()),
            Answer::TooMany | Answer::NotOpen => Err(DemoError::Refused(person)),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_session_is_the_next_sunday_evening_also_on_a_sunday() {
        for (now, session) in [
            ("2026-11-23T00:00:00Z", "2026-11-29T12:30:00Z"),
            ("2026-11-28T18:00:00Z", "2026-11-29T12:30:00Z"),
            ("2026-11-29T12:29:59Z", "2026-11-29T12:30:00Z"),
            ("2026-11-29T12:30:00Z", "2026-12-06T12:30:00Z"),
            ("2026-11-29T16:59:59Z", "2026-12-06T12:30:00Z"),
        ] {
            let next = next_session(now.parse().unwrap());
            assert_eq!(next, session.parse().unwrap(), "{now}");
        }
    }

    #[test]
    fn a_demo_begins_in_a_new_folder_only_and_goes_on_wherever_it_was_begun() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let begun = |wanted, is_new| Demo::in_folder(folder, wanted, is_new).unwrap();
        assert!(begun(false, true).is_none());
        assert!(begun(true, false).is_none());
        let first = begun(true, true).unwrap();
        let again = begun(false, false).unwrap();
        assert_eq!(again.beginning, first.beginning);
        again.finished().unwrap();
        assert!(begun(true, false).is_none());
    }

    #[test]
    fn an_unreadable_beginning_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), "soon").unwrap();
        let error = Demo::in_folder(folder.path(), true, true).unwrap_err();
        assert!(matches!(error, DemoError::Content(_)));
    }
}
