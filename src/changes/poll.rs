//! How those who wait learn what other instances did: one statement a second for each tenant that anybody waits for.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use tokio::time::{MissedTickBehavior, interval};

use super::store;
use crate::database::Database;

/// How often it is asked.
const POLL: Duration = Duration::from_secs(1);

/// How many tenants are asked for at once.
const AT_ONCE: usize = 4;

/// Tells those who wait in this instance what others did, without end.
pub async fn look_for_changes(database: Database) {
    let database = &database;
    let mut ticks = interval(POLL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let awaited = stream::iter(database.changed().awaited());
        awaited
            .for_each_concurrent(AT_ONCE, |tenant| async move {
                match store::newest(database, tenant).await {
                    Ok(newest) => database.changed().found(tenant, newest),
                    Err(error) => {
                        tracing::debug!(cause = %error.cause(), "it cannot be seen whether something changed");
                    }
                }
            })
            .await;
    }
}
