//! The embedded DynamoDB: an engine over SQLite that the real SDK talks to, over HTTP or in process.

mod image;
mod operations;
mod tables;
#[cfg(test)]
pub(crate) mod tests;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dynoxide::{Database, DynoxideError, storage, storage_backend};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tollgate_aws::clock::Clock;

pub use image::Image;
pub use operations::Answer;

/// Where the data is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Storage {
    /// In memory: gone with the engine.
    Memory,
    /// In this file: what was answered with success is there again after the process was killed.
    File(PathBuf),
}

/// The engine. Clones are the same one.
#[derive(Clone)]
pub struct Engine {
    database: Database,
    sweeps: bool,
}

/// An engine's HTTP server. It stops when this is dropped.
#[derive(Debug)]
pub struct Served {
    /// Where the SDK finds the engine.
    pub url: String,
    _stop: oneshot::Sender<()>,
}

/// Why the engine does not start or does not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address cannot be listened on.
    #[error("the engine cannot listen on {address}")]
    Listen {
        /// The address that was asked for.
        address: SocketAddr,
        /// What is wrong with it.
        source: std::io::Error,
    },
    /// The path has no form that SQLite takes.
    #[error("`{}` is not UTF-8", .0.display())]
    Path(PathBuf),
    /// The engine refused.
    #[error(transparent)]
    Refused(#[from] DynoxideError),
    /// A definition did not become a request that the engine understands.
    #[error("table {table} cannot be requested")]
    Request {
        /// The table's physical name.
        table: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The file holds a table of the same name that is made otherwise.
    #[error("table {table} exists with other keys, indexes or stream: start with a new file")]
    OtherDefinition {
        /// The table's physical name.
        table: String,
    },
    /// A file-backed engine expires items by the system's clock, which is not the clock it was given.
    #[error("a file-backed engine cannot expire items by a manual clock")]
    SweepsBySystemTime,
}

/// The engine looks for a stream's last number at each write; without an index it reads all records every time.
const STREAM_INDEX: &str = "CREATE INDEX IF NOT EXISTS stream_records_by_number \
    ON _stream_records (table_name, shard_id, CAST(sequence_number AS INTEGER)); \
    CREATE INDEX IF NOT EXISTS stream_records_last_number \
    ON _stream_records (table_name, CAST(sequence_number AS INTEGER));";

impl Engine {
    /// Opens the data. With a file, stream records carry the system's time.
    pub fn open(storage: Storage, clock: Clock) -> Result<Self, Error> {
        let sweeps = matches!((&storage, &clock), (Storage::Memory, _) | (_, Clock::System));
        Ok(Self { database: open(storage, clock)?, sweeps })
    }

    /// Serves the engine on a free loopback port.
    pub async fn serve(&self) -> Result<Served, Error> {
        self.serve_on((Ipv4Addr::LOCALHOST, 0).into()).await
    }

    /// Serves the engine on this address.
    pub async fn serve_on(&self, address: SocketAddr) -> Result<Served, Error> {
        let cannot_listen = |source| Error::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(cannot_listen)?;
        let address = listener.local_addr().map_err(cannot_listen)?;
        let (stop, stopped) = oneshot::channel::<()>();
        let served = self.database.clone();
        tokio::spawn(async move {
            let stopped = async {
                let _ = stopped.await;
            };
            if let Err(error) = dynoxide::server::serve_with_shutdown(listener, served, stopped).await {
                tracing::error!(error, "the engine stopped serving");
            }
        });
        Ok(Served { url: format!("http://{address}"), _stop: stop })
    }

    /// The engine itself, without HTTP.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Deletes what has expired, as DynamoDB does within days, and tells how many items that were. Each deletion
    /// is on the stream as the service's own.
    pub fn sweep_expired(&self) -> Result<usize, Error> {
        if self.sweeps { Ok(self.database.sweep_ttl()?) } else { Err(Error::SweepsBySystemTime) }
    }
}

fn open(storage: Storage, clock: Clock) -> Result<Database, Error> {
    static OPENED: AtomicU64 = AtomicU64::new(0);
    match storage {
        Storage::File(path) => {
            let path = path.into_os_string().into_string().map_err(|path| Error::Path(path.into()))?;
            index_streams(&storage::Storage::new(&path)?)?;
            Ok(Database::new(&path)?)
        }
        Storage::Memory => {
            // Only a copy brings the index into a database in memory: it lets nobody near its connection.
            let number = OPENED.fetch_add(1, Ordering::Relaxed);
            let origin = format!("file:tollgate-engine-{number}?mode=memory&cache=shared");
            let indexed = storage::Storage::new(&origin)?;
            index_streams(&indexed)?;
            let database = Database::memory_with_clock(Arc::new(EngineClock(clock)))?;
            database.restore_from(&origin)?;
            Ok(database)
        }
    }
}

fn index_streams(storage: &storage::Storage) -> Result<(), DynoxideError> {
    Ok(storage.conn().execute_batch(STREAM_INDEX)?)
}

/// The suite's clock, as the engine asks for the time.
struct EngineClock(Clock);

impl storage_backend::Clock for EngineClock {
    fn now_unix_secs(&self) -> u64 {
        u64::try_from(self.0.now().as_second()).unwrap_or_default()
    }

    fn now_unix_secs_f64(&self) -> f64 {
        self.0.now().as_duration().as_secs_f64()
    }
}
