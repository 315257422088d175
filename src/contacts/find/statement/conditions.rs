//! The SQL of a filter's conditions, on whatever a part of a statement can see of a contact.

use uuid::Uuid;

use super::{
    super::{
        filter::{Bound, CatalogueRef, Condition, Presence},
        keyword,
    },
    Row, Statement,
};
use crate::domain::Phone;

impl Statement<'_> {
    pub(super) fn push_conditions(&mut self, row: &Row) {
        if let Some(keyword) = &self.filter.keyword {
            self.push(" and ");
            if let Some((alias, lead)) = row.search {
                keyword::push(&mut self.sql, self.tenant, alias, keyword, lead);
            } else {
                self.push("exists (select from contact_search s where s.tenant_id = $1 and s.contact_id = ");
                self.push(row.id).push(" and ");
                keyword::push(&mut self.sql, self.tenant, "s", keyword, keyword::Lead::None);
                self.end_exists(row);
            }
        }
        let filter = self.filter;
        for (index, condition) in filter.conditions.iter().enumerate() {
            if Some(index) != row.settled {
                self.push_condition(condition, row);
            }
        }
    }

    fn push_condition(&mut self, condition: &Condition, row: &Row) {
        let contact = row.contact.unwrap_or("c");
        match condition {
            Condition::Tag(tag) => {
                self.begin_exists("contact_tags", row);
                self.push_reference(" and x.tag_id", "tags", "name_key", tag);
                self.end_exists(row);
            }
            Condition::Group(group) => {
                self.begin_exists("contact_groups", row);
                self.push_reference(" and x.group_id", "groups", "value_key", group);
                self.end_exists(row);
            }
            Condition::Company(company) => {
                self.push_reference(&format!(" and {contact}.company_id"), "companies", "name_key", company);
            }
            Condition::Channel(channel) => {
                self.push_reference(&format!(" and {contact}.channel_id"), "channels", "name_key", channel);
            }
            Condition::Email(key) => {
                self.begin_exists("contact_emails", row);
                self.push(" and x.email_key = ").bind(key.clone());
                self.end_exists(row);
            }
            Condition::Phone(key) => {
                self.begin_exists("contact_phones", row);
                self.push(" and x.phone_key = ").bind(key.clone());
                self.end_exists(row);
            }
            Condition::PhoneAnyExtension(key) => {
                self.begin_exists("contact_phones", row);
                self.push(" and x.phone_key = ");
                self.push_with_extensions("contact_phones", "phone_key", None, key);
                self.end_exists(row);
            }
            Condition::SocialId(social_id) => {
                self.begin_exists("contact_platforms", row);
                self.push(" and x.social_platform_id = ").bind(social_id.as_str().to_owned());
                self.end_exists(row);
            }
            Condition::CustomValue { field_id, key, .. } => {
                self.begin_exists("field_values", row);
                self.push(" and x.field_id = ").bind(*field_id);
                self.push(" and x.value_key = ").bind(key.clone());
                self.end_exists(row);
            }
            Condition::AnyValue { field_id, keys } => {
                self.begin_exists("field_values", row);
                self.push(" and x.field_id = ").bind(*field_id);
                self.push(" and x.value_key = any(").bind(keys.clone());
                self.push(")");
                self.end_exists(row);
            }
            Condition::CustomPhoneAnyExtension { field_id, key } => {
                self.begin_exists("field_values", row);
                self.push(" and x.field_id = ").bind(*field_id);
                self.push(" and x.value_key = ");
                self.push_with_extensions("field_values", "value_key", Some(*field_id), key);
                self.end_exists(row);
            }
            Condition::Has(presence) => match presence.place() {
                Place::Column(column) => {
                    self.push(format_args!(" and {contact}.{column} is not null"));
                }
                Place::Table(table) => {
                    self.begin_exists(table, row);
                    self.push_field(*presence);
                    self.end_exists(row);
                }
            },
            Condition::Created(bound, time) => {
                self.push(format_args!(" and {contact}.created_at {} ", bound.operator())).bind(*time);
            }
            Condition::Updated(bound, time) => {
                self.push(format_args!(" and {contact}.updated_at {} ", bound.operator())).bind(*time);
            }
        }
    }

    /// Any of the key of a phone and those that it has with extensions. They are looked up first: of a range, a statement
    /// that is planned without its values would expect far too many rows.
    fn push_with_extensions(&mut self, table: &str, column: &str, field_id: Option<Uuid>, key: &str) {
        let (from, to) = Phone::keys_with_extension(key);
        self.push(format_args!("any(array(select k.{column} from {table} k where k.tenant_id = $1"));
        if let Some(field_id) = field_id {
            self.push(" and k.field_id = ").bind(field_id);
        }
        self.push(format_args!(" and k.{column} >= ")).bind(from);
        self.push(format_args!(" and k.{column} < ")).bind(to);
        self.push(") || ").bind(key.to_owned());
        self.push("::text)");
    }

    /// That rows `x` are of the field that is asked for, if one is.
    pub(super) fn push_field(&mut self, presence: Presence) {
        if let Presence::Field(field_id) = presence {
            self.push(" and x.field_id = ").bind(field_id);
        }
    }

    /// Begins a semi-join with rows `x` that belong to the contact.
    pub(super) fn begin_exists(&mut self, table: &str, row: &Row) {
        self.push(format_args!(
            " and exists (select from {table} x where x.tenant_id = $1 and x.contact_id = {}",
            row.id
        ));
    }

    /// An `offset` keeps PostgreSQL from reading everything once in place of a look for each row.
    pub(super) fn end_exists(&mut self, row: &Row) {
        self.push(if row.one_by_one { " offset 0)" } else { ")" });
    }

    /// Compares a column with something of the catalogue, by id or by key.
    pub(super) fn push_reference(
        &mut self,
        column: &str,
        table: &str,
        key_column: &str,
        reference: &CatalogueRef,
    ) {
        self.push(column).push(" = ");
        match reference {
            CatalogueRef::Id(id) => self.bind(*id),
            CatalogueRef::Any(ids) => {
                self.push("any(").bind(ids.clone());
                self.push(")");
            }
            CatalogueRef::Key(key) => {
                self.push(format_args!(
                    "(select n.id from {table} n where n.tenant_id = $1 and n.{key_column} = "
                ));
                self.bind(key.clone());
                self.push(")");
            }
        }
    }
}

impl Condition {
    /// Whether it is about columns of `contacts`.
    pub(super) const fn is_of_contact(&self) -> bool {
        match self {
            Self::Company(_) | Self::Channel(_) | Self::Created(..) | Self::Updated(..) => true,
            Self::Has(presence) => matches!(presence.place(), Place::Column(_)),
            Self::Tag(_)
            | Self::Group(_)
            | Self::Email(_)
            | Self::Phone(_)
            | Self::PhoneAnyExtension(_)
            | Self::SocialId(_)
            | Self::CustomValue { .. }
            | Self::AnyValue { .. }
            | Self::CustomPhoneAnyExtension { .. } => false,
        }
    }
}

impl Bound {
    pub(super) const fn operator(self) -> &'static str {
        match self {
            Self::After => ">",
            Self::Before => "<",
        }
    }
}

/// Where something of a contact is.
pub(super) enum Place {
    /// A column of `contacts`, null where it is not there.
    Column(&'static str),
    /// A table that has rows of the contact.
    Table(&'static str),
}

impl Presence {
    pub(super) const fn place(self) -> Place {
        match self {
            Self::Company => Place::Column("company_id"),
            Self::Channel => Place::Column("channel_id"),
            Self::Address => Place::Column("address"),
            Self::Notes => Place::Column("notes"),
            Self::AvatarUrl => Place::Column("avatar_url"),
            Self::Email => Place::Table("contact_emails"),
            Self::Phone => Place::Table("contact_phones"),
            Self::Tag => Place::Table("contact_tags"),
            Self::Group => Place::Table("contact_groups"),
            Self::SocialId => Place::Table("contact_platforms"),
            Self::CustomField | Self::Field(_) => Place::Table("field_values"),
        }
    }
}
