//! A contact in the trash.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    contacts::record::{
        document::{self, Document},
        load::Rows,
        model::Contact,
    },
    domain::Region,
};

/// A contact in the trash: as it was when it was deleted.
#[derive(Debug)]
pub(in crate::contacts) struct Trashed {
    pub rows: Rows,
    pub deleted_at: DateTime<Utc>,
    pub deleted_by: String,
}

/// The same as the API shows it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TrashedContact, example = json!({
    "id": "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c91", "username": "frank", "name": "Frank McCallister", "address": null,
    "channel": "phone", "notes": null, "avatar_url": null, "socialProfileUrl": null,
    "tags": [{"id": "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c21", "name": "platinum"}], "company": null,
    "email": [{"email": "frank@example.com", "isPrimary": true}], "phone": [], "customFields": [],
    "contact_groups": [], "platformContacts": [],
    "createdAt": "2026-01-08T17:46:48.123456Z", "updatedAt": "2026-01-08T17:46:48.123456Z",
    "deletedAt": "2026-02-01T09:00:00.000000Z", "deletedBy": "crm",
}))]
pub struct TrashedDocument<'a> {
    #[serde(flatten)]
    contact: Document<'a>,
    /// When it was deleted (UTC).
    #[serde(rename = "deletedAt", serialize_with = "document::timestamp")]
    deleted_at: DateTime<Utc>,
    /// Who deleted it: the subject of the token, empty where it had none.
    #[serde(rename = "deletedBy")]
    #[schema(example = "crm")]
    deleted_by: &'a str,
}

impl Trashed {
    /// The contact as it was.
    pub(in crate::contacts) fn into_contact(self, region: Option<Region>) -> Contact {
        self.rows.into_contact(region)
    }

    /// As the API shows it: JSON, and the contact that it shows.
    pub(super) fn render(self, region: Option<Region>) -> serde_json::Result<(String, Contact)> {
        let Self { rows, deleted_at, deleted_by } = self;
        let contact = rows.into_contact(region);
        let document =
            TrashedDocument { contact: Document::from(&contact), deleted_at, deleted_by: &deleted_by };
        Ok((serde_json::to_string(&document)?, contact))
    }
}
