//! Contacts that are asked for one by one, read many at a time.
//!
//! A few statements of a tenant are under way at once. Who asks meanwhile waits, and all who wait are answered by the next
//! statement together: with many clients most of a read is the way to the database and back, which they then share.
//! Nobody waits who is alone, and nobody is shown what was read before they asked.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{runtime::Handle, sync::oneshot};
use uuid::Uuid;

use super::documents::{self, StoredDocument};
use crate::{database::Database, domain::TenantId, error::Result};

/// How many statements of a tenant are under way at once.
const TURNS: usize = 2;

/// How many contacts are read together at most.
const TOGETHER: usize = 64;

/// Reads documents by their ids; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Documents(Arc<Mutex<HashMap<TenantId, Queue>>>);

/// What goes on for a tenant. There is none where nothing does.
#[derive(Debug, Default)]
struct Queue {
    turns: usize,
    waiting: Vec<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    id: Uuid,
    answer: oneshot::Sender<Option<StoredDocument<'static>>>,
}

/// The right to have a statement under way. Whoever has it drops it at the end, which begins the next.
struct Turn {
    documents: Documents,
    database: Database,
    tenant: TenantId,
}

impl Documents {
    /// The document of a contact.
    pub(crate) async fn get(
        &self,
        database: &Database,
        tenant: TenantId,
        id: Uuid,
    ) -> Result<Option<StoredDocument<'static>>> {
        let _turn = match self.queue(tenant, id) {
            Some(answer) => match answer.await {
                Ok(found) => return Ok(found),
                // The statement for all of them failed: how, a statement of one's own tells.
                Err(_) => None,
            },
            None => Some(Turn { documents: self.clone(), database: database.clone(), tenant }),
        };
        documents::get(database.on(), tenant, id).await
    }

    /// A place in the queue; `None` where a turn was free, and is taken.
    fn queue(
        &self,
        tenant: TenantId,
        id: Uuid,
    ) -> Option<oneshot::Receiver<Option<StoredDocument<'static>>>> {
        let mut tenants = self.lock();
        let queue = tenants.entry(tenant).or_default();
        if queue.turns < TURNS {
            queue.turns += 1;
            return None;
        }
        let (answer, answered) = oneshot::channel();
        queue.waiting.push(Waiting { id, answer });
        Some(answered)
    }

    /// Who is to be answered next in a turn; where nobody waits, the turn is given back.
    fn next(&self, tenant: TenantId) -> Vec<Waiting> {
        let mut tenants = self.lock();
        let Entry::Occupied(mut entry) = tenants.entry(tenant) else { return Vec::new() };
        let queue = entry.get_mut();
        let next: Vec<Waiting> = queue.waiting.drain(..queue.waiting.len().min(TOGETHER)).collect();
        if next.is_empty() {
            queue.turns -= 1;
            if queue.turns == 0 {
                entry.remove();
            }
        }
        next
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<TenantId, Queue>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn {
    /// Answers those who wait together. Where the statement fails they are told by losing their `answer`.
    async fn answer(self, waiting: Vec<Waiting>) {
        let ids: Vec<Uuid> = waiting.iter().map(|one| one.id).collect();
        let found =
            match documents::get_many(self.database.on_behalf_of(self.tenant), self.tenant, &ids).await {
                Ok(found) => found,
                Err(error) => {
                    return tracing::debug!(%error, "contacts that were read together are read one by one");
                }
            };
        let found: HashMap<Uuid, StoredDocument<'static>> =
            found.into_iter().map(|document| (document.id, document)).collect();
        for Waiting { id, answer } in waiting {
            // Whoever went away meanwhile needs no answer.
            let _ = answer.send(found.get(&id).cloned());
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let waiting = self.documents.next(self.tenant);
        if waiting.is_empty() {
            return;
        }
        let turn =
            Self { documents: self.documents.clone(), database: self.database.clone(), tenant: self.tenant };
        // There is no runtime when the service has ended, and nobody who waits.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(turn.answer(waiting));
        }
    }
}
