//! An engine's data to begin others with, where making tables anew would take longer than all that follows.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dynoxide::Database;
use tollgate_aws::clock::Clock;

use super::{Engine, EngineClock, Error};

/// A copy of an engine's tables and items, kept in a file for as long as this lives.
#[derive(Debug)]
pub struct Image(PathBuf);

impl Image {
    /// A copy of what `engine` holds now.
    ///
    /// # Errors
    /// When there is no room for it among the temporary files.
    pub fn of(engine: &Engine) -> Result<Self, Error> {
        static TAKEN: AtomicU64 = AtomicU64::new(0);
        let number = TAKEN.fetch_add(1, Ordering::Relaxed);
        let name = format!("tollgate-image-{}-{number}.db", std::process::id());
        let image = Self(std::env::temp_dir().join(name));
        engine.database.vacuum_into(image.path()?)?;
        Ok(image)
    }

    /// An engine in memory that begins with it.
    ///
    /// # Errors
    /// When the file is gone.
    pub fn open(&self, clock: Clock) -> Result<Engine, Error> {
        let database = Database::memory_with_clock(Arc::new(EngineClock(clock)))?;
        database.restore_from(self.path()?)?;
        Ok(Engine { database, sweeps: true })
    }

    fn path(&self) -> Result<&str, Error> {
        self.0.to_str().ok_or_else(|| Error::Path(self.0.clone()))
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        // What cannot be removed is left to whoever cleans the temporary files.
        let _ = std::fs::remove_file(&self.0);
    }
}
