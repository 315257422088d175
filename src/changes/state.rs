//! What things that changed are now.

use std::collections::HashMap;

use serde::Serialize;
use uuid::Uuid;

use super::item::{Entry, Kind, State};
use crate::{
    catalogue::{channels, companies, fields, groups, tags},
    contacts,
    database::Snapshot,
    domain::Region,
    error::Result,
};

/// What each is, as far as `bytes` of contacts reach, and at least one of them; those behind it are missing.
pub(super) async fn states(
    snapshot: &mut Snapshot,
    entries: &[Entry],
    bytes: i64,
    region: Option<Region>,
) -> Result<HashMap<Uuid, State>> {
    let mut states = HashMap::with_capacity(entries.len());
    for kind in Kind::ALL {
        let ids: Vec<Uuid> =
            entries.iter().filter(|entry| entry.kind == kind).map(|entry| entry.id).collect();
        if ids.is_empty() {
            continue;
        }
        let tenant = snapshot.tenant();
        match kind {
            Kind::Contact => {
                for (id, state) in contacts::states(snapshot, &ids, bytes, region).await? {
                    states.insert(id, state.into());
                }
                continue;
            }
            Kind::Tag => {
                let tags = tags::get_many(snapshot.on(), tenant, &ids).await?;
                add(&mut states, tags, |tag| tag.id)?;
                add_merged(&mut states, tags::merged(snapshot.on(), tenant, &ids).await?);
            }
            Kind::Company => {
                let companies = companies::get_many(snapshot.on(), tenant, &ids).await?;
                add(&mut states, companies, |company| company.id)?;
                add_merged(&mut states, companies::merged(snapshot.on(), tenant, &ids).await?);
            }
            Kind::Group => {
                let groups = groups::get_many(snapshot.on(), tenant, &ids).await?;
                add(&mut states, groups, |group| group.id)?;
            }
            Kind::Channel => {
                let channels = channels::get_many(snapshot.on(), tenant, &ids).await?;
                add(&mut states, channels, |channel| channel.id)?;
            }
            Kind::Field => {
                let fields = fields::get_many(snapshot.on(), tenant, &ids).await?;
                add(&mut states, fields, |field| field.id)?;
            }
        }
        for id in ids {
            states.entry(id).or_insert(State::Deleted);
        }
    }
    Ok(states)
}

fn add<T: Serialize>(
    states: &mut HashMap<Uuid, State>,
    found: Vec<T>,
    id: impl Fn(&T) -> Uuid,
) -> Result<()> {
    for one in found {
        states.insert(id(&one), State::Live(serde_json::to_string(&one)?));
    }
    Ok(())
}

fn add_merged(states: &mut HashMap<Uuid, State>, merged: Vec<(Uuid, Uuid)>) {
    states.extend(merged.into_iter().map(|(id, into)| (id, State::MergedInto(into))));
}

impl From<contacts::ContactState> for State {
    fn from(state: contacts::ContactState) -> Self {
        match state {
            contacts::ContactState::Here(document) => Self::Live(document),
            contacts::ContactState::Trash => Self::Deleted,
            contacts::ContactState::MergedInto(other) => Self::MergedInto(other),
            contacts::ContactState::Nowhere => Self::Erased,
        }
    }
}
