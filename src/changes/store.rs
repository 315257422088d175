//! The SQL of the log, as those read it who follow it.

use std::collections::{BTreeSet, HashMap};

use sqlx::PgExecutor;
use uuid::Uuid;

use super::{
    cursor::{Cursor, Extent, Place},
    item::{Entry, Kind},
};
use crate::{
    database::{Database, Snapshot},
    domain::TenantId,
    error::{Error, Result},
};

/// How many entries of the log, and contacts of entries that have many, are looked at for a page beside two for each of its items:
/// some are of types that are not asked for, or of what changes again later.
const ROWS: i64 = 500;

/// Of so many entries of one thing the fields are gathered; beyond that any may have changed.
const GATHERED: i64 = 100;

/// The number and stamp of a tenant's newest change; nothing where there is no such tenant.
pub(super) async fn newest(database: &Database, tenant: TenantId) -> Result<Option<(i64, i64)>> {
    let newest =
        sqlx::query!("select changes, stamp from tenant_counters where tenant_id = $1", tenant.uuid())
            .fetch_optional(database.on_behalf_of(tenant))
            .await?;
    Ok(newest.map(|row| (row.changes, row.stamp)))
}

/// How far the log goes, with the stamp of the change `seen`; nothing where there is no such tenant.
pub(super) async fn extent(
    executor: impl PgExecutor<'_>,
    tenant: TenantId,
    seen: i64,
) -> Result<Option<Extent>> {
    let extent = sqlx::query_as!(
        Extent,
        r#"select c.changes as newest, c.stamp, s.events as given_up, s.stamp as given_up_stamp,
                  (select l.stamp from change_log l where l.tenant_id = $1 and l.change = $2 limit 1) as stamp_of_seen
           from tenant_counters c join change_log_starts s on s.tenant_id = $1
           where c.tenant_id = $1"#,
        tenant.uuid(),
        seen
    )
    .fetch_optional(executor)
    .await?;
    Ok(extent)
}

/// What a part of the log has to tell.
#[derive(Debug)]
pub(super) struct Told {
    /// What changed there and not again up to the end of the snapshot, in order; one more than was asked for, where there is
    /// another one.
    pub entries: Vec<Entry>,
    /// Up to where it was looked, unless that is the end of the snapshot.
    pub cut_at: Option<Place>,
}

/// The next `size` things of these kinds that changed behind `cursor` up to the change `upper`, each at the place of its last
/// change.
///
/// An entry of several contacts is as many entries, one a place; so what is looked for begins with the entry in which the
/// cursor's place is, and where that was read out, what follows is looked at all the same. The later entries of one thing are looked for by subselects that cannot become joins: a join would be made
/// by going through the whole log where the planner errs.
pub(super) async fn entries(
    snapshot: &mut Snapshot,
    cursor: &Cursor,
    upper: i64,
    kinds: &[Kind],
    size: i64,
) -> Result<Told> {
    let kinds: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
    let rows = sqlx::query!(
        r#"with begun as (
            select coalesce(max(p.position), $3) as position from change_log p
            where p.tenant_id = $1 and p.change = $2 and p.position <= $3
         ), scanned as (
            select e.change, e.position, e.kind, e.action, e.entity_id, e.contact_ids, e.kind = any($5) as is_asked_for,
                   e.action = 'renamed' and 'contact' = any($5)
                       and (e.change, e.position + cardinality(e.contact_ids) - 1) > ($2, $3) as has_contacts
            from change_log e
            where e.tenant_id = $1 and (e.change, e.position) >= ($2, (select b.position from begun b)) and e.change <= $4
            order by e.change, e.position limit $7::bigint + 1
         ), counted as (
            select s.*, row_number() over (order by s.change, s.position) as row,
                   coalesce(sum(case when s.has_contacts then cardinality(s.contact_ids) end) over (
                       order by s.change, s.position rows between unbounded preceding and 1 preceding), 0) as contacts
            from scanned s
         ), looked_at as (
            select c.* from counted c where c.row <= $7 and c.contacts < $7
         ), ended as (
            select l.change, l.position + greatest(coalesce(cardinality(l.contact_ids), 1), 1) - 1 as position,
                   l.row < (select max(c.row) from counted c) as is_cut
            from looked_at l order by l.row desc limit 1
         ), found as (
            select e.change, e.place, e.kind, e.action, e.id
            from (
                select l.change, l.position as place, l.kind, l.action, l.entity_id as id
                from looked_at l where l.is_asked_for and l.entity_id is not null
                union all
                select l.change, l.position + c.number::integer - 1, 'contact', l.action, c.id
                from looked_at l, unnest(l.contact_ids) with ordinality as c (id, number) where l.has_contacts
            ) e
            where (e.change, e.place) > ($2, $3)
              and (select true from change_log o
                   where o.tenant_id = $1 and o.entity_id = e.id and (o.change, o.position) > (e.change, e.place)
                     and o.change <= $4 limit 1) is null
              and (e.kind <> 'contact'
                   or (select count(*) from change_log o
                       where o.tenant_id = $1 and o.contact_ids @> array[e.id] and o.action = 'renamed'
                         and (o.change, o.position) > (e.change, e.place) and o.change <= $4) = 0)
            order by e.change, e.place limit $6
         )
         select f.change as "change?", f.place as "place?", f.kind as "kind?", f.action as "action?", f.id as "id?",
                n.change as "end_change!", n.position as "end_position!", n.is_cut as "is_cut!"
         from ended n left join found f on true
         order by f.change, f.place"#,
        snapshot.tenant().uuid(),
        cursor.at.change,
        cursor.at.position,
        upper,
        &kinds as &[&str],
        size + 1,
        2 * size + ROWS
    )
    .fetch_all(snapshot.on())
    .await?;
    let cut_at = rows
        .first()
        .filter(|row| row.is_cut)
        .map(|row| Place { change: row.end_change, position: row.end_position });
    let entries =
        rows.into_iter().filter_map(|row| Some((row.change?, row.place?, row.kind?, row.action?, row.id?)));
    let entries = entries
        .map(|(change, position, kind, action, id)| {
            let kind = Kind::parse(&kind)
                .ok_or_else(|| Error::Internal(format!("the log has an entry of the unknown kind {kind}")))?;
            Ok(Entry { place: Place { change, position }, kind, id, action })
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(Told { entries, cut_at })
}

/// The fields in which each of these differs from what it was behind `from`, as far as entries up to the change `upper` tell.
/// Those are missing of which that is not known, or of which any may: they were made, or came back.
pub(super) async fn changed_fields(
    snapshot: &mut Snapshot,
    ids: &[Uuid],
    from: Place,
    upper: i64,
) -> Result<HashMap<Uuid, Vec<String>>> {
    let rows = sqlx::query!(
        r#"select i.id as "id!", l.action = 'updated' as "is_update!", l.fields
           from unnest($2::uuid[]) as i (id), lateral (
               select o.action, o.fields from change_log o
               where o.tenant_id = $1 and o.entity_id = i.id and (o.change, o.position) > ($3, $4) and o.change <= $5
               order by o.change desc, o.position desc limit $6) l
           union all
           select i.id, true, o.fields
           from unnest($2::uuid[]) as i (id), change_log o
           where o.tenant_id = $1 and o.contact_ids @> array[i.id] and o.action = 'renamed' and o.change <= $5
             and (o.change, o.position + cardinality(o.contact_ids)) > ($3, $4)"#,
        snapshot.tenant().uuid(),
        ids,
        from.change,
        from.position,
        upper,
        GATHERED
    )
    .fetch_all(snapshot.on())
    .await?;
    let mut gathered: HashMap<Uuid, (i64, Option<BTreeSet<String>>)> = HashMap::new();
    for row in rows {
        let (entries, fields) = gathered.entry(row.id).or_insert_with(|| (0, Some(BTreeSet::new())));
        *entries += 1;
        match (&mut *fields, row.fields.filter(|_| row.is_update && *entries < GATHERED)) {
            (Some(fields), Some(more)) => fields.extend(more),
            _ => *fields = None,
        }
    }
    Ok(gathered
        .into_iter()
        .filter_map(|(id, (_, fields))| Some((id, fields?.into_iter().collect())))
        .collect())
}
