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
                for (id, whereabouts) in contacts::whereabouts(snapshot, &ids, bytes, region).await? {
                    states.insert(id, whereabouts.into());
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
                add(&mut states, groups::get_many(snapshot.on(), tenant, &ids).await?, |group| group.id)?
            }
            Kind::Channel => {
                add(&mut states, channels::get_many(snapshot.on(), tenant, &ids).await?, |channel| {
                    channel.id
                })?;
            }
            Kind::Field => {
                add(&mut states, fields::get_many(snapshot.on(), tenant, &ids).await?, |field| field.id)?
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

impl From<contacts::Whereabouts> for State {
    fn from(whereabouts: contacts::Whereabouts) -> Self {
        match whereabouts {
            contacts::Whereabouts::Here(document) => Self::Live(document),
            contacts::Whereabouts::Trash => Self::Deleted,
            contacts::Whereabouts::MergedInto(other) => Self::MergedInto(other),
            contacts::Whereabouts::Nowhere => Self::Erased,
        }
    }
}
