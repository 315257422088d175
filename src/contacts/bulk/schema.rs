//! The bodies as the OpenAPI document shows them. They describe; [`super::operation`] reads.
#![expect(dead_code, reason = "these types exist for their schemas")]

use std::collections::BTreeMap;

use utoipa::ToSchema;

use crate::contacts::{
    input::TagAction,
    schema::{ContactCreate, ContactPatch, ContactUpsert, GroupInput, TagInput},
};

/// Operations on contacts.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkRequest {
    /// Whether nothing is to be done unless all of it can be done. Also `?atomic=true`.
    #[schema(example = false)]
    atomic: Option<bool>,
    /// What is to be done, one after the other.
    #[schema(max_items = 1000, example = json!([{"action": "create", "contact": {"name": "Frank McCallister", "email": [], "phone": []}}]))]
    operations: Vec<BulkOperation>,
}

/// An operation on one contact.
#[derive(ToSchema)]
#[serde(untagged)]
pub enum BulkOperation {
    Create(BulkCreate),
    Update(BulkUpdate),
    Upsert(BulkUpsert),
    Delete(BulkDelete),
    Tag(BulkTag),
    Group(BulkGroup),
}

/// Creates a contact.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkCreate {
    /// Always `create`.
    action: String,
    contact: ContactCreate,
}

/// Changes a contact, as PATCH does.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkUpdate {
    /// Always `update`.
    action: String,
    /// The contact's id.
    id: String,
    contact: ContactPatch,
}

/// Creates or updates the one contact that has a value, as `PUT /api/v1/contacts/by/{key}/{value}` does.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkUpsert {
    /// Always `upsert`.
    action: String,
    /// `email`, `phone`, `socialPlatformId`, or the `cf_` name of a custom field.
    #[schema(pattern = "^(email|phone|socialPlatformId|cf_[a-z0-9_]{1,60})$", example = "email")]
    by: String,
    /// The value.
    #[schema(example = "frank@example.com")]
    value: String,
    contact: ContactUpsert,
}

/// Moves a contact to the trash.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkDelete {
    /// Always `delete`.
    action: String,
    /// The contact's id.
    id: String,
}

/// Changes the tags of a contact.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkTag {
    /// Always `tag`.
    action: String,
    /// The contact's id.
    id: String,
    /// `MERGE` adds tags, `REPLACE` puts them in the place of the contact's own, `REMOVE` takes them off.
    #[serde(rename = "actionType")]
    action_type: TagAction,
    /// Found by name without regard to case, or made. A contact has at most 50.
    #[schema(max_items = 50)]
    tags: Vec<TagInput>,
}

/// Changes the groups of a contact.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkGroup {
    /// Always `group`.
    action: String,
    /// The contact's id.
    id: String,
    /// `MERGE` adds groups, `REPLACE` puts them in the place of the contact's own, `REMOVE` takes it out of them.
    #[serde(rename = "actionType")]
    action_type: TagAction,
    /// Groups by their ids. A contact is in at most 20.
    #[schema(max_items = 20)]
    groups: Vec<GroupInput>,
}

/// An action on all contacts that pass a filter.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkByFilterRequest {
    /// Which contacts: all of it must hold.
    #[schema(nullable = false, example = json!({"tag": "lapsed", "updatedBefore": "2025-01-01T00:00:00Z"}))]
    filter: Option<BulkFilter>,
    /// Every contact of the tenant, where there is no filter.
    #[schema(example = false)]
    all: Option<bool>,
    /// Only counts the contacts.
    #[serde(rename = "dryRun")]
    #[schema(example = true)]
    dry_run: Option<bool>,
    /// What is to be done with each.
    action: BulkAction,
    /// Of `update`: what changes.
    #[schema(nullable = false)]
    contact: Option<ContactPatch>,
    /// Of `tag` and `group`: how the list changes.
    #[serde(rename = "actionType")]
    #[schema(nullable = false)]
    action_type: Option<TagAction>,
    /// Of `tag`: found by name without regard to case, or made.
    #[schema(nullable = false, max_items = 50, example = json!(["vip"]))]
    tags: Option<Vec<TagInput>>,
    /// Of `group`: groups by their ids.
    #[schema(nullable = false, max_items = 20, example = json!([]))]
    groups: Option<Vec<GroupInput>>,
}

/// What is done with each contact.
#[derive(ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum BulkAction {
    /// Moves it to the trash.
    Delete,
    /// Changes its tags: `actionType`, `tags`.
    Tag,
    /// Changes its groups: `actionType`, `groups`.
    Group,
    /// Changes it as PATCH does: `contact`.
    Update,
}

/// The filters of `GET /api/v1/contacts`: `keyword`, `tag`, `group`, `company`, `channel`, `email`, `phone`,
/// `socialPlatformId`, `has`, `createdAfter`, `createdBefore`, `updatedAfter`, `updatedBefore` and `cf_<name>`. None may
/// be empty, and others are refused.
#[derive(ToSchema)]
pub struct BulkFilter(BTreeMap<String, BulkCondition>);

/// What a filter asks for; of several, all must hold.
#[derive(ToSchema)]
#[serde(untagged)]
pub enum BulkCondition {
    /// A value.
    One(String),
    /// Several.
    Several(Vec<String>),
}

/// An id and a key in a path.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Path)]
pub struct UpsertPath {
    /// By what the contact is found: `email`, `phone`, `socialPlatformId`, or the `cf_` name of a custom field.
    #[param(pattern = "^(email|phone|socialPlatformId|cf_[a-z0-9_]{1,60})$", example = "email")]
    key: String,
    /// The value, percent-encoded. It is compared as the filters of the listing do.
    #[param(min_length = 1, example = "frank@example.com")]
    value: String,
}

/// What is done where no live contact has the value.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Revive {
    /// Whether the contact in the trash that has the value is restored and updated, where no live one has it. Otherwise
    /// a new one is made.
    #[param(nullable = false)]
    revive: Option<bool>,
}

/// All or nothing.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Atomic {
    /// Whether nothing is to be done unless all of it can be done; as in the body.
    #[param(nullable = false)]
    atomic: Option<bool>,
}

/// What came of an action on many contacts.
#[derive(serde::Serialize, ToSchema)]
pub struct BulkByFilterOutcome {
    /// How many contacts passed the filter.
    #[schema(example = 42, minimum = 0)]
    pub(super) matched: i64,
    /// How many of them were changed; the others were so already. Not with `dryRun`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = 41, minimum = 0)]
    pub(super) changed: Option<usize>,
    /// How many could not be changed. Not with `dryRun`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = 0, minimum = 0)]
    pub(super) failed: Option<usize>,
}
