//! Puts the cloud together and keeps it running.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use app::backlog::waiting_for_hours;
use app::event::reconcile;
use app::ports::Clock;
use app::{App, Chain};
use async_trait::async_trait;
use axum::Router;
use axum::routing::get;
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use utoipa_swagger_ui::SwaggerUi;

use crate::admin;
use crate::calls::Calls;
use crate::clock::VirtualClock;
use crate::compose;
use crate::conductor::{Conductor, QueueSpec, Running};
use crate::demo::{self, Demo, Player};
use crate::dynamodb::{self, Faults};
use crate::edge::{self, Edge};
use crate::gate::Gate;
use crate::hooks;
use crate::key_service::LocalKeyService;
use crate::media::LocalMedia;
use crate::parts::{FieldKey, PREFIX, Parts};
use crate::queue::LocalQueue;
use crate::seed;
use crate::sign_in::{self, SignIn};
use crate::simulator::{self, Filling, Simulator, Waiting, World};
use crate::streams::Streams;

/// The tables, from the file that SAM deploys.
const TEMPLATE: &str = include_str!("../../data.yaml");
const PAGE: &str = include_str!("../assets/simulator.html");
const PAGE_CSS: &str = include_str!("../assets/simulator.css");
/// The page's modules, by name.
const PAGE_JS: [(&str, &str); 3] = [
    ("simulator.js", include_str!("../assets/simulator.js")),
    ("page.js", include_str!("../assets/page.js")),
    ("phones.js", include_str!("../assets/phones.js")),
];

/// Who calls for the machinery around the functions.
const TOOLS: &str = "tools";

/// How the cloud is started.
pub struct Options {
    /// Where everything is kept; `None` = in memory.
    pub data_dir: Option<PathBuf>,
    /// How long a request to the gateway may take, real time.
    pub gateway_timeout: Duration,
    /// Turns at work at once.
    pub turns_concurrency: usize,
    /// Keeps every queue body, for tests that search them.
    pub keep_bodies: bool,
    /// Notes which function calls what, for tests of the policies.
    pub note_calls: bool,
    /// Fills an empty data folder with the demo.
    pub demo: bool,
    /// Where virtual time starts; `None` = at real time. With a data folder its own clock goes on.
    pub starts_at: Option<Timestamp>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            data_dir: None,
            gateway_timeout: Duration::from_secs(15),
            turns_concurrency: 5,
            keep_bodies: false,
            note_calls: false,
            demo: false,
            starts_at: None,
        }
    }
}

/// Anything that keeps the cloud from starting. Its text is one line that says what to do.
pub type StartError = Box<dyn std::error::Error + Send + Sync>;

/// A running cloud.
pub struct Cloud {
    /// Where the edge listens, `http://127.0.0.1:3000`.
    pub base_url: String,
    /// Its port.
    pub port: u16,
    /// Queues and clock.
    pub conductor: Conductor,
    /// Phones and sending numbers.
    pub simulator: Simulator,
    /// An application of its own over the same tables, for tests and tools.
    pub app: App,
    /// The database client, for tests that look at every item.
    pub dynamodb: aws_sdk_dynamodb::Client,
    /// Counts database calls and injects conflicts.
    pub faults: Arc<Faults>,
    /// What each function called; empty unless noted.
    pub calls: Calls,
    /// Files that go along with messages.
    pub media: Arc<LocalMedia>,
    /// The queues as the functions see them.
    pub queue: Arc<LocalQueue>,
    /// Who may sign in to the panel.
    pub sign_in: SignIn,
    /// The streams of tables, and the function that counts their records.
    pub streams: Streams,
    /// Whether the demo is being played, begun now or by an earlier start.
    pub plays_demo: bool,
    demo: Option<JoinHandle<()>>,
    running: Running,
    server: JoinHandle<std::io::Result<()>>,
    stop: oneshot::Sender<()>,
}

struct Outside {
    conductor: Conductor,
    app: App,
    filling: watch::Receiver<Option<Filling>>,
}

#[async_trait]
impl World for Outside {
    async fn advance(&self, by: Duration) -> Result<(), String> {
        self.conductor.advance(by).await.map_err(|e| e.to_string())
    }

    async fn waiting(&self) -> Waiting {
        match waiting_for_hours(&self.app).await {
            Ok(waiting) => Waiting {
                count: u64::try_from(waiting.count).unwrap_or(u64::MAX),
                until: waiting.until,
            },
            Err(error) => {
                tracing::error!(
                    error = %Chain(&error),
                    "what waits cannot be read"
                );
                Waiting::default()
            }
        }
    }

    fn filling(&self) -> Option<Filling> {
        *self.filling.borrow()
    }
}

/// What is kept: in memory, or in the data folder.
struct Kept {
    database: dynoxide::Database,
    clock: VirtualClock,
    keys: LocalKeyService,
    demo: Option<Demo>,
}

fn in_memory(starts_at: Option<Timestamp>) -> Result<Kept, StartError> {
    let database = dynamodb::in_memory()?;
    dynamodb::create_tables(&database, TEMPLATE, PREFIX)?;
    Ok(Kept {
        database,
        clock: starts_at.map_or_else(VirtualClock::in_memory, VirtualClock::starting_at),
        keys: LocalKeyService::open(None)?,
        demo: None,
    })
}

fn in_folder(folder: &Path, wants_demo: bool) -> Result<Kept, StartError> {
    std::fs::create_dir_all(folder)?;
    let file = folder.join("dynamodb.sqlite");
    let demo = Demo::in_folder(folder, wants_demo, !file.try_exists()?)?;
    dynamodb::make(&file, TEMPLATE, PREFIX)?;
    let database = dynamodb::open(&file)?;
    dynamodb::create_tables(&database, TEMPLATE, PREFIX)?;
    Ok(Kept {
        database,
        clock: match &demo {
            Some(demo) => VirtualClock::in_folder_from(folder, demo.beginning)?,
            None => VirtualClock::in_folder(folder)?,
        },
        keys: LocalKeyService::open(Some(folder))?,
        demo,
    })
}

/// One line for whatever keeps a data folder from being used or filled, a full disk for one.
fn unusable(folder: Option<&Path>, error: StartError) -> StartError {
    let Some(folder) = folder else { return error };
    let folder = folder.display();
    let why = Chain(&*error);
    format!(
        "the data folder {folder} cannot be used: make room, or choose another with DATA_DIR=... ({why})"
    )
    .into()
}

impl Cloud {
    /// Starts everything; the edge answers on `listener`.
    ///
    /// # Errors
    /// [`StartError`], one line.
    pub async fn start(listener: TcpListener, options: Options) -> Result<Self, StartError> {
        // Everything that is put together on the way would lie in the caller's future.
        Box::pin(Self::put_together(listener, options)).await
    }

    async fn put_together(listener: TcpListener, options: Options) -> Result<Self, StartError> {
        let data_dir = options.data_dir.as_deref();
        let kept = match data_dir {
            Some(folder) => in_folder(folder, options.demo),
            None => in_memory(options.starts_at),
        };
        let Kept {
            database: db,
            clock,
            keys,
            demo,
        } = kept.map_err(|error| unusable(data_dir, error))?;
        let clock = Arc::new(clock);
        let faults = Arc::new(Faults::default());
        let client = dynamodb::client(db.clone(), Some(Arc::clone(&faults)));
        let gate = Gate::default();
        let conductor = Conductor::new(
            Arc::clone(&clock),
            gate.clone(),
            vec![
                QueueSpec::wake(),
                QueueSpec::turns(options.turns_concurrency),
                QueueSpec::referrals(5),
                QueueSpec::inbound(),
                QueueSpec::campaigns(),
            ],
        );
        let queue = LocalQueue::new(conductor.clone());
        let queue = Arc::new(if options.keep_bodies {
            queue.with_history()
        } else {
            queue
        });

        let calls = Calls::default();
        let parts = Parts {
            database: db,
            faults: Arc::clone(&faults),
            keys: Arc::new(keys),
            queue: Arc::clone(&queue),
            conductor: conductor.clone(),
            clock: Arc::clone(&clock),
            calls: options.note_calls.then(|| calls.clone()),
        };
        let own_vault = parts.vault(TOOLS, FieldKey::Given).await;
        let own_vault = own_vault.map_err(|error| unusable(data_dir, error.into()))?;
        let app = || parts.app(TOOLS, Arc::clone(&own_vault));
        let simulator = Simulator::start(
            data_dir,
            seed::simulated(),
            Arc::clone(&clock) as Arc<dyn Clock>,
        )
        .await
        .map_err(|error| unusable(data_dir, error.into()))?;
        let address = listener.local_addr()?;
        let base_url = format!("http://{address}");
        let sign_in = SignIn::open(data_dir, address.port());
        let sign_in = sign_in.map_err(|error| unusable(data_dir, error.into()))?;
        let functions = Box::pin(compose::functions(
            &parts,
            &simulator,
            options.gateway_timeout,
            &base_url,
        ))
        .await?;
        compose::connect(&conductor, &functions)?;
        let streams = compose::streams(&parts, &functions)?;
        Box::pin(fill(&app(), demo.is_some()))
            .await
            .map_err(|error| unusable(data_dir, error))?;
        Box::pin(reconcile(&app())).await?;
        if data_dir.is_some() {
            // What the streams held when the last run ended is not read again.
            Box::pin(streams.recount()).await?;
        }
        hooks::give(&app(), &simulator, &base_url)
            .await
            .map_err(|error| unusable(data_dir, error))?;
        let media = LocalMedia::open(data_dir, &base_url, Arc::clone(&clock) as Arc<dyn Clock>);
        let media = Arc::new(media.map_err(|error| unusable(data_dir, error.into()))?);
        let running = conductor.start();
        let (progress, filling) = watch::channel(None);
        let demo = demo.map(|demo| {
            let player = Player {
                app: app(),
                conductor: conductor.clone(),
                gate: gate.clone(),
                clock: Arc::clone(&clock),
                progress,
            };
            tokio::spawn(player.play(demo))
        });

        let outside = Outside {
            conductor: conductor.clone(),
            app: app(),
            filling,
        };
        let router = routes(
            edge::router(
                Edge {
                    functions,
                    gate: gate.clone(),
                    sign_in: sign_in.clone(),
                    media: Arc::clone(&media),
                },
                edge::site_headers()?,
            )
            .merge(edge::uploads(Arc::clone(&media))),
            simulator.clone(),
            Arc::new(outside),
            admin::router(app(), Arc::clone(&media), gate),
            sign_in::router(sign_in.clone()),
        );
        let (stop, stopped) = oneshot::channel::<()>();
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let server = tokio::spawn(async move {
            axum::serve(listener, service)
                .with_graceful_shutdown(async {
                    // Dropping the handle stops the server as well.
                    let _ = stopped.await;
                })
                .await
        });
        Ok(Self {
            base_url,
            port: address.port(),
            conductor,
            simulator,
            app: app(),
            dynamodb: client,
            faults,
            calls,
            media,
            queue,
            sign_in,
            streams,
            plays_demo: demo.is_some(),
            demo,
            running,
            server,
            stop,
        })
    }

    /// Ends in good order: what is at work finishes, what is queued is dropped.
    pub async fn shutdown(self) {
        let _ = self.stop.send(());
        if let Some(demo) = self.demo {
            demo.abort();
        }
        self.running.shutdown().await;
        self.server.abort();
    }
}

/// What the store of an empty data folder begins with.
async fn fill(app: &App, demo: bool) -> Result<(), StartError> {
    if demo {
        demo::prepare(app).await?;
    }
    Ok(seed::fill_if_empty(app).await?)
}

fn routes(
    edge: Router,
    simulator: Simulator,
    world: Arc<dyn World>,
    admin: Router,
    sign_in: Router,
) -> Router {
    let assets = PAGE_JS.iter().fold(Router::new(), |router, (name, text)| {
        let script = ([("content-type", "text/javascript; charset=utf-8")], *text);
        router.route(&format!("/{name}"), get(move || async move { script }))
    });
    Router::new()
        .nest("/simulator/admin", admin)
        .nest("/simulator", simulator::router(simulator, world, PAGE))
        .nest(
            "/simulator/assets",
            assets.route("/simulator.css", get(|| edge::css(PAGE_CSS))),
        )
        .nest("/oidc", sign_in)
        .merge(
            SwaggerUi::new("/simulator/api-docs")
                .url("/simulator/openapi.json", ::admin::document()),
        )
        .merge(edge)
}
