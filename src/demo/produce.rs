//! Threads that make contacts while the database takes those before.

use std::{ops::Range, sync::Arc, thread};

use tokio::sync::mpsc::{self, Receiver, Sender};
use uuid::Uuid;

use super::{generate::Generator, rows::Batch};
use crate::{
    domain::Region,
    error::{Error, Result},
};

/// Contacts of a batch: some 3 MB of rows.
const BATCH: u64 = 2_000;

/// Batches that a thread is ahead by, so that memory does not grow with the number of contacts.
const AHEAD: usize = 1;

/// The batches of a tenant, in their order.
#[derive(Debug)]
pub(super) struct Batches {
    /// The batches go round the threads.
    threads: Vec<Receiver<Result<Batch>>>,
    next: usize,
}

impl Batches {
    /// Starts the threads. They end when this is dropped, or when there is nothing left to make.
    pub(super) fn start(
        generator: &Arc<Generator>,
        tenant: Uuid,
        contacts: u64,
        region: Option<Region>,
    ) -> Result<Self> {
        let count = thread::available_parallelism().map_or(2, usize::from).clamp(1, 8);
        let threads = (0..count)
            .map(|number| {
                let (sender, receiver) = mpsc::channel(AHEAD);
                let generator = Arc::clone(generator);
                let ranges = ranges(contacts).skip(number).step_by(count);
                thread::Builder::new()
                    .name(format!("demo-{number}"))
                    .spawn(move || produce(&generator, tenant, region, ranges, &sender))
                    .map_err(|error| Error::Internal(format!("a thread could not be started: {error}")))?;
                Ok(receiver)
            })
            .collect::<Result<_>>()?;
        Ok(Self { threads, next: 0 })
    }

    /// The next batch; `None` behind the last.
    pub(super) async fn next(&mut self) -> Result<Option<Batch>> {
        let turn = self.next % self.threads.len();
        self.next += 1;
        self.threads[turn].recv().await.transpose()
    }
}

/// The contacts of each batch.
fn ranges(contacts: u64) -> impl Iterator<Item = Range<u64>> {
    let count = contacts.div_ceil(BATCH);
    (0..count).map(move |batch| batch * BATCH..contacts.min((batch + 1) * BATCH))
}

fn produce(
    generator: &Generator,
    tenant: Uuid,
    region: Option<Region>,
    ranges: impl Iterator<Item = Range<u64>>,
    sender: &Sender<Result<Batch>>,
) {
    for range in ranges {
        let batch = make(generator, tenant, region, range);
        let is_last = batch.is_err();
        // Nobody listens once the load has failed.
        if sender.blocking_send(batch).is_err() || is_last {
            return;
        }
    }
}

fn make(generator: &Generator, tenant: Uuid, region: Option<Region>, range: Range<u64>) -> Result<Batch> {
    let mut batch = Batch::new();
    for index in range {
        let contact = generator
            .contact(index)
            .map_err(|invalid| Error::Internal(format!("demo contact {index}: {invalid}")))?;
        batch.add(tenant, &contact, region)?;
    }
    Ok(batch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_leave_nobody_out() {
        for contacts in [0, 1, BATCH - 1, BATCH, BATCH + 1, 3 * BATCH] {
            assert!(ranges(contacts).flatten().eq(0..contacts), "{contacts}");
        }
    }
}
