//! The order in which the document's objects have their keys: the one in which a person reads them, and in which the
//! service writes what the examples show.

use serde::{Serialize, Serializer};
use serde_json::Value;

/// Keys that come first; those that are not here follow by the alphabet.
const ORDER: [&str; 66] = [
    "openapi",
    "info",
    "servers",
    "title",
    "version",
    "get",
    "post",
    "put",
    "patch",
    "delete",
    "operationId",
    "summary",
    "total",
    "page",
    "pageSize",
    "lastPage",
    "field",
    "code",
    "status",
    "message",
    "conflictingId",
    "data",
    "error",
    "requestId",
    "specific_update_fields",
    "actionType",
    "id",
    "username",
    "name",
    "system_name",
    "display_name",
    "$ref",
    "type",
    "description",
    "value",
    "label",
    "is_default",
    "is_archived",
    "is_required",
    "is_unique",
    "options",
    "details",
    "address",
    "channel",
    "socialPlatformId",
    "notes",
    "avatar_url",
    "socialProfileUrl",
    "tags",
    "company",
    "email",
    "phone",
    "isPrimary",
    "customFields",
    "contact_groups",
    "platformContacts",
    "createdAt",
    "updatedAt",
    "paths",
    // Of examples: what fits most, and does least, is shown first.
    "usual",
    "several",
    "text",
    "rename",
    "merged",
    "trash",
    "undone",
];

/// A value whose objects are written in order.
pub(super) struct Ordered<'a>(pub &'a Value);

impl Serialize for Ordered<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(object) => {
                let mut entries: Vec<(&String, &Value)> = object.iter().collect();
                entries
                    .sort_by_key(|(key, _)| ORDER.iter().position(|one| one == key).unwrap_or(ORDER.len()));
                serializer.collect_map(entries.into_iter().map(|(key, value)| (key, Ordered(value))))
            }
            Value::Array(items) => serializer.collect_seq(items.iter().map(Ordered)),
            value => value.serialize(serializer),
        }
    }
}
