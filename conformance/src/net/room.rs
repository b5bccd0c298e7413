//! How many connections a server is given at once.

use std::sync::Arc;

use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::Semaphore;

/// The connections that all who play to one server may have open between them. Servers refuse more
/// than so many from one address, which would be taken for something that they do wrong.
#[derive(Clone, Debug)]
pub struct Room {
    free: Arc<Semaphore>,
    all: usize,
}

/// Connections that are taken; dropped, they are free again.
#[derive(Debug)]
pub struct Place(
    #[expect(dead_code, reason = "it is there to be dropped")] Option<OwnedSemaphorePermit>,
);

impl Room {
    /// Room for so many connections.
    #[must_use]
    pub fn new(connections: usize) -> Self {
        let all = connections.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            free: Arc::new(Semaphore::new(all)),
            all,
        }
    }

    /// Waits until there is room for so many; who needs more than there are gets all.
    pub async fn take(&self, connections: usize) -> Place {
        let count = u32::try_from(connections.min(self.all)).unwrap_or(u32::MAX);
        let free = Arc::clone(&self.free);
        Place(free.acquire_many_owned(count).await.ok())
    }
}
