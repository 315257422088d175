//! The SQL of a listing. The tenant is `$1` at every level, as in every statement.
//!
//! A filtered listing is one statement with two ways to its page, of which one is taken when it runs:
//!
//! - `walk`: the next few rows in the order of the listing, of which those are kept that pass. Finds a page of what is
//!   frequent at once, whatever the filter.
//! - `hits`: everything that passes, by an index of the filter. For what is rare, which a walk of a few rows misses.
//!
//! The total is counted in the same snapshot: of `hits` where they were gathered, else by the cheapest way there is; or
//! not at all, where one is known that was counted when the tenant was as it is now.

mod selection;

mod conditions;

use std::fmt::Display;

use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

use self::conditions::Place;
use super::{
    filter::{CatalogueRef, Condition, ContactFilter, Presence},
    keyword::{self, Lead},
    position::{Count, Key, Position},
    sort::{Sort, SortKey},
};
use crate::{domain::TenantId, read_model::Total};

pub use selection::{Among, count, ids};

/// How many rows a walk looks at for each row wanted: what a tenth of the contacts has is found by walking.
const WALKED_FOR_EACH: i64 = 10;

/// The fewest and the most rows that a walk looks at.
const WALKED: (i64, i64) = (128, 65_536);

/// Above this, an estimated total is the planner's.
pub const COUNTED_AT_MOST: i64 = 10_000;

/// A statement under construction.
struct Statement<'a> {
    sql: QueryBuilder<Postgres>,
    tenant: TenantId,
    has_tenant: bool,
    /// How grams lead to a keyword where they do.
    lead: Lead,
    filter: &'a ContactFilter,
}

/// What a part of a statement reads of first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Base {
    Contacts,
    Search,
    /// The links to the tag of the condition with this index.
    Tag(usize),
    /// The links to the group of the condition with this index.
    Group(usize),
    /// The contacts that have rows in another table, which is all that is asked.
    Having(Presence, &'static str),
}

/// What the conditions can see of a contact.
struct Row {
    /// Its id.
    id: &'static str,
    /// The alias under which the columns of `contacts` are.
    contact: Option<&'static str>,
    /// The alias under which the search text is, and how its grams lead to it.
    search: Option<(&'static str, Lead)>,
    /// The condition that holds already.
    settled: Option<usize>,
    /// Whether what else belongs to the contact is to be looked up for each row, however much more there is of it.
    one_by_one: bool,
}

/// Whether the page is looked for by a walk, and the total then perhaps counted on its own: unless few contacts pass, whose
/// total costs nothing.
pub(super) fn walks(filter: &ContactFilter) -> bool {
    !filter.keyword.as_ref().is_some_and(keyword::is_rare)
}

/// A page of the contacts that pass a filter, with [one row more](Position::rows) where the total does not tell whether
/// that is all, and their total. Columns: `total`, null where it is not wanted;
/// `id`, `key`, `document`, `document_version`, null in the one row of an empty page; `changes` and `stamp` of the
/// tenant's last change. `known`: a total that holds if these are its own.
#[must_use]
pub fn page(
    tenant: TenantId,
    filter: &ContactFilter,
    sort: Sort,
    position: &Position,
    count: Count,
    known: Option<Total>,
) -> QueryBuilder<Postgres> {
    let mut statement = Statement::new(tenant, filter);
    let rows = position.rows(count == Count::Exact);
    let walks = walks(filter);
    statement.push("with ");
    if walks {
        statement.push("walk as (");
        statement.push_walk(sort, position, rows);
        statement.push("), filled as (select count(*) >= ").bind(rows);
        statement.push(" as yes from walk), ");
    }
    statement.push("hits as (select ");
    statement.push_hits(sort);
    if walks {
        statement.push(" and not (select f.yes from filled f)");
    }
    statement.push("), page as (");
    if walks {
        statement.push("select w.id, w.key from walk w where (select f.yes from filled f) union all (");
    }
    statement.push("select h.id, h.key from hits h");
    if let Some((key, id)) = &position.after {
        statement.push(" where ");
        statement.push_beyond("h.key", "h.id", sort, key, *id);
    }
    statement.push_order("h.key", "h.id", sort);
    statement.push_limit(rows, position);
    statement.push(if walks { ")) select " } else { ") select " });
    if count != Count::Exact {
        statement.push("null::bigint");
    } else if walks {
        statement.push("case when t.changes = ").bind(known.map(|known| known.changes));
        statement.push(" and t.stamp = ").bind(known.map(|known| known.stamp));
        statement.push(" then ").bind(known.map(|known| known.total));
        statement.push(" when (select f.yes from filled f) then (select count(*)");
        statement.push_matching(statement.base(), None);
        statement.push(") else (select count(*) from hits h) end");
    } else {
        statement.push("(select count(*) from hits h)");
    }
    statement.push(
        " as total, p.id, p.key, c.document, c.document_version, t.changes, t.stamp from tenant_counters t",
    );
    statement.push(" left join page p on true left join contacts c on c.tenant_id = ").bind_tenant();
    statement.push(" and c.id = p.id where t.tenant_id = ").bind_tenant();
    statement.push_order("p.key", "p.id", sort);
    statement.sql
}

/// How many contacts pass a filter, counted up to `at_most`.
#[must_use]
pub fn count_at_most(tenant: TenantId, filter: &ContactFilter, at_most: i64) -> QueryBuilder<Postgres> {
    let mut statement = Statement::new(tenant, filter);
    statement.push("select count(*) from (select 1");
    statement.push_matching(statement.base(), None);
    statement.push(" limit ").bind(at_most);
    statement.push(") counted");
    statement.sql
}

/// How many contacts the planner expects to pass a filter: a plan as JSON.
#[must_use]
pub fn estimate(tenant: TenantId, filter: &ContactFilter) -> QueryBuilder<Postgres> {
    let mut statement = Statement::new(tenant, filter);
    // It is planned for its values, and what is expected is the answer.
    statement.lead = Lead::Once;
    statement.push("explain (format json) select 1");
    statement.push_matching(statement.base(), None);
    statement.sql
}

/// A page of all contacts, by cursor with one row more, with their total from the tenant's counter. Columns as those of
/// [`page`], without `changes` and `stamp`.
#[must_use]
pub fn page_of_all(tenant: TenantId, sort: Sort, position: &Position) -> QueryBuilder<Postgres> {
    let filter = ContactFilter::default();
    let mut statement = Statement::new(tenant, &filter);
    let is_deep = position.offset() > WALKED.0;
    statement.push(
        "select t.contacts as total, p.id, p.key, p.document, p.document_version from tenant_counters t",
    );
    statement.push(" left join lateral (");
    if is_deep {
        // What is passed over is read of the index alone.
        statement.push("select i.id, i.key, c.document, c.document_version from (");
        statement.push("select c.id, c.").push(sort.column()).push(" as key");
    } else {
        statement.push("select c.id, c.").push(sort.column()).push(" as key, c.document, c.document_version");
    }
    statement.push(" from contacts c where c.tenant_id = ").bind_tenant();
    statement.push_after("c", "id", sort, position);
    statement.push_order(format_args!("c.{}", sort.column()), "c.id", sort);
    statement.push_limit(position.rows(true), position);
    if is_deep {
        // The planner takes the limit for more than it is: looked up one by one, whatever it expects.
        statement.push(") i cross join lateral (select d.document, d.document_version from contacts d");
        statement.push(" where d.tenant_id = $1 and d.id = i.id offset 0) c");
    }
    // The rows of `p` keep their order: there is one row to join them to.
    statement.push(") p on true where t.tenant_id = ").bind_tenant();
    statement.sql
}

impl<'a> Statement<'a> {
    fn new(tenant: TenantId, filter: &'a ContactFilter) -> Self {
        let lead = if filter.combines() { Lead::Once } else { Lead::Twice };
        Self { sql: QueryBuilder::new(""), tenant, has_tenant: false, lead, filter }
    }

    fn push(&mut self, sql: impl Display) -> &mut Self {
        self.sql.push(sql);
        self
    }

    fn bind<T>(&mut self, value: T)
    where
        T: 'static + Send + for<'q> sqlx::Encode<'q, Postgres> + sqlx::Type<Postgres>,
    {
        self.sql.push_bind(value);
    }

    /// The tenant, which is bound once and before anything else.
    fn bind_tenant(&mut self) {
        if self.has_tenant {
            self.sql.push("$1");
        } else {
            self.sql.push_bind(self.tenant.uuid());
            self.has_tenant = true;
        }
    }

    fn push_order(&mut self, key: impl Display, id: &str, sort: Sort) {
        let direction = sort.direction();
        self.push(format_args!(" order by {key} {direction}, {id} {direction}"));
    }

    fn push_limit(&mut self, rows: i64, position: &Position) {
        self.push(" limit ").bind(rows);
        self.push(" offset ").bind(position.offset());
    }

    fn push_beyond(&mut self, key: impl Display, id: &str, sort: Sort, after: &Key, after_id: Uuid) {
        self.push(format_args!("({key}, {id}) {} (", sort.beyond()));
        match after {
            Key::Time(time) => self.bind(*time),
            Key::Text(text) => self.bind(text.clone()),
        }
        self.push(", ").bind(after_id);
        self.push(")");
    }

    /// Begins after the cursor's row.
    fn push_after(&mut self, alias: &str, id: &str, sort: Sort, position: &Position) {
        if let Some((key, after_id)) = &position.after {
            self.push(" and ");
            let id = format!("{alias}.{id}");
            self.push_beyond(format_args!("{alias}.{}", sort.column()), &id, sort, key, *after_id);
        }
    }

    fn base(&self) -> Base {
        if self.filter.keyword.is_some() {
            return Base::Search;
        }
        // Whether there are few of them or many, they are read of an index in its order. As a semi-join this would be
        // planned for a tenant of unknown size, by parallel workers if another one is large.
        if let [Condition::Has(presence)] = self.filter.conditions.as_slice()
            && let Place::Table(table) = presence.place()
        {
            return Base::Having(*presence, table);
        }
        let link = |(index, condition): (usize, &Condition)| match condition {
            // Of which a contact may have several.
            Condition::Tag(CatalogueRef::Any(_)) => None,
            Condition::Tag(_) => Some(Base::Tag(index)),
            Condition::Group(_) => Some(Base::Group(index)),
            _ => None,
        };
        self.filter.conditions.iter().enumerate().find_map(link).unwrap_or(Base::Contacts)
    }

    /// The next few rows of the listing's order, of which those that pass.
    fn push_walk(&mut self, sort: Sort, position: &Position, rows: i64) {
        let needed = rows.saturating_add(position.offset());
        let walked = needed.saturating_mul(WALKED_FOR_EACH).clamp(WALKED.0, WALKED.1);
        // A power of two, so that few statements have to be prepared. It stands in the statement, for the planner.
        let walked = u64::try_from(walked).unwrap_or_default().next_power_of_two();
        let by_search = self.filter.keyword.is_some() && sort.key == SortKey::CreatedAt;
        self.push("select w.id, w.key from (");
        let (alias, id) = if by_search { ("s", "contact_id") } else { ("c", "id") };
        if by_search {
            self.push("select s.contact_id as id, s.created_at as key, s.search_text from contact_search s");
        } else {
            self.push(format_args!("select c.id, c.{} as key", sort.column()));
            self.push(
                ", c.company_id, c.channel_id, c.created_at, c.updated_at, c.address, c.notes, c.avatar_url",
            );
            self.push(" from contacts c");
        }
        self.push(format_args!(" where {alias}.tenant_id = ")).bind_tenant();
        self.push_after(alias, id, sort, position);
        self.push_range(alias, sort);
        self.push_order(format_args!("{alias}.{}", sort.column()), &format!("{alias}.{id}"), sort);
        self.push(format_args!(" limit {walked}) w"));
        let joins = by_search && self.filter.conditions.iter().any(Condition::is_of_contact);
        if joins {
            self.push(" join contacts c on c.tenant_id = $1 and c.id = w.id");
        }
        self.push(" where true");
        self.push_conditions(&Row {
            id: "w.id",
            contact: if joins { Some("c") } else { (!by_search).then_some("w") },
            search: by_search.then_some(("w", Lead::None)),
            settled: None,
            one_by_one: true,
        });
        self.push_order("w.key", "w.id", sort);
        self.push_limit(rows, position);
    }

    /// Where the range of a filter is one of the sorted column, a walk begins and ends there.
    fn push_range(&mut self, alias: &str, sort: Sort) {
        for condition in &self.filter.conditions {
            let (column, bound, time) = match condition {
                Condition::Created(bound, time) => ("created_at", bound, time),
                Condition::Updated(bound, time) => ("updated_at", bound, time),
                _ => continue,
            };
            if column == sort.column() {
                self.push(format_args!(" and {alias}.{column} {} ", bound.operator())).bind(*time);
            }
        }
    }

    fn push_hits(&mut self, sort: Sort) {
        let base = self.base();
        match base {
            Base::Search if sort.key == SortKey::CreatedAt => {
                self.push("s.contact_id as id, s.created_at as key");
            }
            _ => {
                self.push(format_args!("c.id, c.{} as key", sort.column()));
            }
        }
        self.push_matching(base, Some(sort));
    }

    /// `from … where …`: everything that passes; joined with what `sort` needs.
    fn push_matching(&mut self, base: Base, sort: Option<Sort>) {
        let of_contact = self.filter.conditions.iter().any(Condition::is_of_contact);
        let has_key = base == Base::Search && sort.is_some_and(|sort| sort.key == SortKey::CreatedAt);
        let joins = base != Base::Contacts && (of_contact || (sort.is_some() && !has_key));
        let (table, alias, id) = match base {
            Base::Contacts => ("contacts", "c", "c.id"),
            Base::Search => ("contact_search", "s", "s.contact_id"),
            Base::Tag(_) => ("contact_tags", "l", "l.contact_id"),
            Base::Group(_) => ("contact_groups", "l", "l.contact_id"),
            Base::Having(_, table) => (table, "x", "l.contact_id"),
        };
        if let Base::Having(presence, _) = base {
            self.push(format_args!(" from (select x.contact_id from {table} x where x.tenant_id = "));
            self.bind_tenant();
            self.push_field(presence);
            self.push(" group by x.contact_id) l");
        } else {
            self.push(format_args!(" from {table} {alias}"));
        }
        if joins {
            self.push(" join contacts c on c.tenant_id = ").bind_tenant();
            self.push(format_args!(" and c.id = {id}"));
        }
        if matches!(base, Base::Having(..)) {
            self.push(" where true");
        } else {
            self.push(format_args!(" where {alias}.tenant_id = ")).bind_tenant();
        }
        let settled = match base {
            Base::Contacts | Base::Search => None,
            Base::Tag(index) | Base::Group(index) => Some(index),
            Base::Having(..) => Some(0),
        };
        if let Some(Condition::Tag(tag)) = settled.and_then(|index| self.filter.conditions.get(index)) {
            self.push_reference(" and l.tag_id", "tags", "name_key", tag);
        }
        if let Some(Condition::Group(group)) = settled.and_then(|index| self.filter.conditions.get(index)) {
            self.push_reference(" and l.group_id", "groups", "value_key", group);
        }
        self.push_conditions(&Row {
            id,
            contact: (joins || base == Base::Contacts).then_some("c"),
            search: (base == Base::Search).then_some(("s", self.lead)),
            settled,
            one_by_one: false,
        });
    }
}
