//! The functions, put together for one machine, and what brings them work.

use std::sync::Arc;
use std::time::Duration;

use app::take_turn::Sender;
use jiff::SignedDuration;
use lambda_kit::{OriginCheck, OriginDoor, OriginSecret};

use crate::cloud::StartError;
use crate::conductor::Conductor;
use crate::functions::Functions;
use crate::gateway::LocalGateway;
use crate::parts::{FieldKey, PREFIX, Parts};
use crate::simulator::Simulator;
use crate::streams::Streams;

/// The functions, each with what its role lets it have.
pub(crate) async fn functions(
    parts: &Parts,
    simulator: &Simulator,
    gateway_timeout: Duration,
    base_url: &str,
) -> Result<Functions, StartError> {
    let vault = parts.vault("registration", FieldKey::Given).await?;
    let origin = OriginSecret::kept_in(&vault).await?;
    let registration = registration::Deps {
        app: parts.app("registration", vault),
        origin: Some(origin),
    };
    let vault = parts.vault("portal", FieldKey::Hashes).await?;
    let portal = portal::Deps {
        origin: Some(OriginSecret::kept_in(&vault).await?),
        app: parts.app("portal", vault),
    };
    let vault = parts.vault("sender", FieldKey::Given).await?;
    let gateway = LocalGateway::new(simulator.clone(), gateway_timeout);
    let sender = Sender::new(parts.app("sender", vault), Arc::new(gateway), true);
    let vault = parts.vault("admin", FieldKey::Given).await?;
    let gateway = LocalGateway::new(simulator.clone(), gateway_timeout);
    let admin = admin::Admin::new(admin::Deps {
        origin: Some(OriginSecret::kept_in(&vault).await?),
        app: parts.app("admin", vault),
        gateway: Some(Arc::new(gateway)),
        hooks_at: Some(base_url.to_owned()),
    });
    let vault = parts.vault("referral", FieldKey::Withheld).await?;
    let referral = parts.app("referral", vault);
    let vault = parts.vault("dispatcher", FieldKey::Withheld).await?;
    let dispatcher = parts.app("dispatcher", vault);
    let vault = parts.vault("webhook", FieldKey::Given).await?;
    let origin = OriginDoor::new(OriginCheck::Required, Arc::clone(&vault));
    origin.secret().await?;
    let webhook = webhook::Deps {
        origin,
        app: parts.app("webhook", vault),
    };
    let vault = parts.vault("campaign", FieldKey::Withheld).await?;
    let campaign = parts.app("campaign", vault);
    let vault = parts.vault("projector", FieldKey::Withheld).await?;
    let projector = parts.app("projector", vault);
    Ok(Functions {
        admin,
        registration: Arc::new(registration),
        referral: Arc::new(referral),
        dispatcher: Arc::new(dispatcher),
        sender: Arc::new(sender),
        webhook: Arc::new(webhook),
        portal: Arc::new(portal),
        campaign: Arc::new(campaign),
        projector: Arc::new(projector),
    })
}

/// Each queue brings its messages to its function, and the minute to the dispatcher.
pub(crate) fn connect(conductor: &Conductor, functions: &Functions) -> Result<(), StartError> {
    let f = functions.clone();
    conductor.consume("wake", move |batch| {
        let f = f.clone();
        async move { f.wake(batch).await }
    })?;
    let f = functions.clone();
    conductor.consume("turns", move |batch| {
        let f = f.clone();
        async move { f.turn(batch).await }
    })?;
    let f = functions.clone();
    conductor.consume("referrals", move |batch| {
        let f = f.clone();
        async move { f.referral(batch).await }
    })?;
    let f = functions.clone();
    conductor.consume("inbound", move |batch| {
        let f = f.clone();
        async move { f.inbound(batch).await }
    })?;
    let f = functions.clone();
    conductor.consume("campaigns", move |batch| {
        let f = f.clone();
        async move { f.campaign(batch).await }
    })?;
    let f = functions.clone();
    conductor.on_tick(move || {
        let f = f.clone();
        async move { f.tick().await }
    });
    Ok(())
}

/// How long records of streams gather before the projector gets them; as the template says.
const GATHERED: SignedDuration = SignedDuration::from_secs(5);

/// The streams bring the changes of rows to the projector.
pub(crate) fn streams(parts: &Parts, functions: &Functions) -> Result<Streams, StartError> {
    let streams = Streams::open(
        parts.database.clone(),
        PREFIX,
        Arc::clone(&parts.faults),
        Arc::clone(&parts.clock),
        functions.clone(),
    )?;
    let (looked_at, run) = (streams.clone(), streams.clone());
    parts.conductor.pump(
        GATHERED,
        move || looked_at.is_pending(),
        move || {
            let run = run.clone();
            async move { run.run().await }
        },
    );
    Ok(streams)
}
