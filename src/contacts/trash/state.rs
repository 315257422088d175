//! Where contacts are, of whom the caller has heard: here, in the trash or elsewhere.

use uuid::Uuid;

use crate::{contacts::list, database::Snapshot, domain::Region, error::Result, read_model::StoredDocument};

/// Where a contact is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ContactState {
    /// Here: what reading it answers.
    Here(String),
    /// In the trash.
    Trash,
    /// Another one stands for it.
    MergedInto(Uuid),
    /// Nothing is known of it.
    Nowhere,
}

/// Where each of `ids` is, in that order. Once the documents have `bytes` together, the rest is left out, lest an answer be as
/// large as a thousand of the largest contacts; the first is there in any case.
pub(crate) async fn states(
    snapshot: &mut Snapshot,
    ids: &[Uuid],
    bytes: i64,
    region: Option<Region>,
) -> Result<Vec<(Uuid, ContactState)>> {
    let tenant = snapshot.tenant();
    let rows = sqlx::query!(
        r#"select f.id as "id!", case when f.before < $3 then f.document end as document,
                  f.document_version as "document_version?", f.survivor_id as "survivor_id?", f.is_in_trash as "is_in_trash!"
           from (
               select i.id, i.number, c.document, c.document_version, r.survivor_id, t.contact_id is not null as is_in_trash,
                      coalesce(sum(octet_length(c.document)) over (
                          order by i.number rows between unbounded preceding and 1 preceding), 0) as before
               from unnest($2::uuid[]) with ordinality as i (id, number)
               left join contacts c on c.tenant_id = $1 and c.id = i.id
               left join contact_redirects r on r.tenant_id = $1 and r.contact_id = i.id
               left join contact_trash t on t.tenant_id = $1 and t.contact_id = i.id
           ) f
           where f.before < $3 order by f.number"#,
        tenant.uuid(),
        ids,
        bytes
    )
    .fetch_all(snapshot.on())
    .await?;
    let (mut found, mut stored) = (Vec::with_capacity(rows.len()), Vec::new());
    for row in rows {
        let elsewhere = match (row.document, row.document_version, row.survivor_id) {
            (Some(document), Some(document_version), _) => {
                stored.push(StoredDocument { id: row.id, document: document.into(), document_version });
                None
            }
            (_, _, Some(survivor)) => Some(ContactState::MergedInto(survivor)),
            _ if row.is_in_trash => Some(ContactState::Trash),
            _ => Some(ContactState::Nowhere),
        };
        found.push((row.id, elsewhere));
    }
    let mut documents = list::current_on(snapshot.on(), tenant, stored, region).await?.into_iter();
    let mut here = || documents.next().map(|document| ContactState::Here(document.into_owned()));
    Ok(found.into_iter().filter_map(|(id, elsewhere)| Some((id, elsewhere.or_else(&mut here)?))).collect())
}
