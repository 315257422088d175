"""Twenty and some calls through the client that is generated from the service's own document. `.ci/clients` type-checks
and runs them against a running service; docs/clients.md says how the client is made."""

import datetime
import json
import os
import time
from typing import TypeVar
from uuid import UUID

from contacts_client import AuthenticatedClient
from contacts_client.api.channels import create_channel, list_channels
from contacts_client.api.companies import list_company_contacts, patch_company
from contacts_client.api.contacts import (
    bulk_contacts,
    bulk_contacts_by_filter,
    create_contact,
    delete_contact,
    get_contact,
    get_contact_history,
    get_trashed_contact,
    list_contacts,
    patch_contact,
    patch_contact_tags,
    restore_contact,
    update_contact,
    upsert_contact,
)
from contacts_client.api.duplicates import list_duplicates, merge_contacts, undo_contact_merge
from contacts_client.api.fields import create_contact_field
from contacts_client.api.groups import add_group_members, create_group, list_group_members, remove_group_members
from contacts_client.api.jobs import list_jobs
from contacts_client.api.tags import list_tags, merge_tag
from contacts_client import models as m
from contacts_client.types import UNSET, Unset

BASE, TOKEN = os.environ["BASE"], os.environ["TOKEN"]
client = AuthenticatedClient(base_url=BASE, token=TOKEN)

# The tenant may have data already, also of an earlier run.
RUN = f"{time.time_ns() // 1_000_000:x}p"
NUMBER = str(time.time_ns() // 1_000_000)[-8:]

T = TypeVar("T")
calls = 0


def a(kind: type[T], answer: object) -> T:
    """An answer, which is of this kind."""
    global calls
    calls += 1
    assert isinstance(answer, kind), answer
    return answer


def etag(contact_id: UUID) -> str:
    answer = get_contact.sync_detailed(contact_id, client=client)
    assert a(m.ContactRead, answer.parsed).data.id == contact_id
    return answer.headers["etag"]


def pages(tag: str) -> list[UUID]:
    """The ids of all pages, by their cursors."""
    ids: list[UUID] = []
    cursor: str | Unset = UNSET
    while True:
        page = a(
            m.CursorListingContact,
            list_contacts.sync(
                client=client,
                tag=[tag],
                page_size=2,
                sort=m.ContactSort.NAME,
                count=m.TotalCount.NONE,
                cursor=cursor,
            ),
        )
        assert page.total is None
        ids += [contact.id for contact in page.data]
        if page.next_cursor is None:
            return ids
        cursor = page.next_cursor


# What is needed first: a field, a group, a channel.
field = a(
    m.SuccessField,
    create_contact_field.sync(
        client=client,
        body=m.FieldCreate(display_name=f"Sector {RUN}", system_name=f"cf_{RUN}", type_=m.FieldType.TEXT),
    ),
)
assert (field.data.type_, field.data.is_required, field.data.options) == (m.FieldType.TEXT, False, [])
group = a(m.SuccessGroup, create_group.sync(client=client, body=m.GroupCreate(value=f"g-{RUN}")))
assert group.data.label == f"g-{RUN}"
a(m.SuccessChannel, create_channel.sync(client=client, body=m.ChannelCreate(name=f"c-{RUN}")))
channels = a(
    m.ListingChannel, list_channels.sync(client=client, archived=m.ListChannelsArchived.FALSE, page_size=100)
)
assert channels.total > 0 and not any(channel.is_archived for channel in channels.data)

# Create and read.
frank = a(
    m.Contact,
    create_contact.sync(
        client=client,
        idempotency_key=f"frank-{RUN}",
        body=m.ContactCreate(
            name=f"Frank {RUN}",
            channel=f"c-{RUN}",
            email=[m.EmailInput(email=f"frank-{RUN}@example.com", is_primary=True)],
            phone=[m.PhoneInput(phone=f"+95 9 7{NUMBER}")],
            tags=[f"a-{RUN}", m.TagObject(name=f"b-{RUN}")],
            company=m.CompanyObject(name=f"Company {RUN}"),
            custom_fields=m.CustomFieldValues.from_dict({f"cf_{RUN}": "Finance"}),
            contact_groups=[group.data.id],
        ),
    ),
)
assert frank.username == f"Frank {RUN}"
assert [tag.name for tag in frank.tags] == [f"a-{RUN}", f"b-{RUN}"]
assert frank.custom_fields[0].value == "Finance"
assert frank.created_at.tzinfo is not None
first = etag(frank.id)

# Find it: filters of all kinds, one of them twice.
for sector, total in [("finance", 1), ("Trade", 0)]:
    found = a(
        m.CursorListingContact,
        list_contacts.sync(
            client=client,
            keyword=f"frank {RUN}",
            tag=[f"a-{RUN}", f"b-{RUN}"],
            has=["email", "phone"],
            created_after=[datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)],
            custom_fields=m.CustomFieldFilters.from_dict({f"cf_{RUN}": sector}),
            sort=m.ContactSort.UPDATED_AT_DESC,
            count=m.TotalCount.EXACT,
        ),
    )
    assert (found.total, [contact.id for contact in found.data]) == (total, [frank.id][:total])

# Change it, if nobody else did.
a(
    m.Acknowledged,
    update_contact.sync(
        frank.id,
        client=client,
        if_match=first,
        body=m.ContactPut(
            specific_update_fields=[m.FieldName.NOTES], name="Not this", notes="Moved to Mandalay."
        ),
    ),
)
outdated = patch_contact.sync_detailed(
    frank.id, client=client, if_match=first, body=m.ContactPatch(notes=None)
)
assert outdated.status_code == 412
assert a(m.ErrorBody, outdated.parsed).error.type_ == m.ErrorType.PRECONDITION_FAILED
second = etag(frank.id)
assert second != first
a(
    m.Acknowledged,
    patch_contact.sync(frank.id, client=client, if_match=second, body=m.ContactPatch(address="Yangon")),
)
a(
    m.Acknowledged,
    patch_contact_tags.sync(
        frank.id, client=client, body=m.TagsPatch(action_type=m.TagAction.MERGE, tags=[f"c-{RUN}"])
    ),
)
changed = a(m.ContactRead, get_contact.sync(frank.id, client=client)).data
assert (changed.name, changed.notes, changed.address) == (f"Frank {RUN}", "Moved to Mandalay.", "Yangon")
# What was read may be sent back.
again = m.ContactPut.from_dict({**changed.to_dict(), "specific_update_fields": []})
a(m.Acknowledged, update_contact.sync(frank.id, client=client, body=again))

# Tags: one goes into another.
tags = {tag.name: tag.id for tag in a(m.ListingTagEntry, list_tags.sync(client=client, keyword=RUN)).data}
merged = merge_tag.sync(tags[f"c-{RUN}"], client=client, body=m.TagMerge(into=tags[f"b-{RUN}"]))
assert a(m.SuccessTagEntry, merged).data.name == f"b-{RUN}"

# Many at once, and what a filter finds.
bulk = a(
    m.SuccessBulkOutcome,
    bulk_contacts.sync(
        client=client,
        body=m.BulkRequest(
            operations=[
                m.BulkCreate(
                    action="create",
                    contact=m.ContactCreate(
                        name=f"May {RUN}",
                        tags=[f"bulk-{RUN}"],
                        email=[],
                        phone=[m.PhoneInput(phone=f"+95 9 8{NUMBER}")],
                    ),
                ),
                m.BulkUpsert(
                    action="upsert",
                    by="email",
                    value=f"aye-{RUN}@example.com",
                    contact=m.ContactUpsert(name=f"Aye {RUN}", tags=[f"bulk-{RUN}"]),
                ),
                m.BulkTag(
                    action="tag", id=str(frank.id), action_type=m.TagAction.MERGE, tags=[f"bulk-{RUN}"]
                ),
                m.BulkDelete(action="delete", id="0198c0de-8a2f-7d40-b1c9-2f1f9f6f0a56"),
            ]
        ),
    ),
)
assert [result.status for result in bulk.data.results] == [201, 201, 200, 404]
assert a(m.BulkError, bulk.data.results[3].error).type_ == m.ErrorType.NOT_FOUND
may = a(UUID, bulk.data.results[0].id)
dry_run = bulk_contacts_by_filter.sync(
    client=client,
    body=m.BulkByFilterRequest(
        filter_=m.BulkFilter.from_dict({"tag": f"bulk-{RUN}", "has": ["phone"]}),
        action=m.BulkAction.DELETE,
        dry_run=True,
    ),
)
assert a(m.SuccessBulkByFilterOutcome, dry_run).data.matched == 2
assert len(set(pages(f"bulk-{RUN}"))) == 3

# By a value: there is one with this phone.
upserted = a(
    m.Contact,
    upsert_contact.sync(
        "phone", f"+95 9 7{NUMBER}", client=client, body=m.ContactUpsert(notes="Called back.")
    ),
)
assert (upserted.id, upserted.notes) == (frank.id, "Called back.")

# Twice there: merged, and not after all. This one is made by a form, whose fields with structure are JSON text.
twin = a(
    m.Contact,
    create_contact.sync(
        client=client,
        body=m.ContactCreateForm(
            name=f"Twin {RUN}", email=json.dumps([{"email": f"frank-{RUN}@example.com"}]), phone="[]"
        ),
    ),
)
assert [email.email for email in twin.email] == [f"frank-{RUN}@example.com"]
duplicates = a(m.ListingDuplicates, list_duplicates.sync(client=client, by=m.DuplicateReason.EMAIL, page_size=100))
assert any(twin.id in [one.id for one in found.contacts] for found in duplicates.data)
merge = a(
    m.SuccessMergeOutcome,
    merge_contacts.sync(
        frank.id,
        client=client,
        body=m.ContactMergeInput(from_=[twin.id], prefer=m.PreferredFields.from_dict({"name": str(twin.id)})),
    ),
)
assert merge.data.contact.name == f"Twin {RUN}"
undone = a(m.SuccessContactMerge, undo_contact_merge.sync(a(UUID, merge.data.merge_id), client=client))
assert undone.data.undone_at is not None and not undone.data.is_undoable

# Members of a group.
added = a(
    m.SuccessMembersChanged,
    add_group_members.sync(group.data.id, client=client, body=m.GroupMembers(contact_ids=[frank.id, may])),
)
assert (added.data.changed, added.data.unchanged) == (1, 1)
removed = a(
    m.SuccessMembersChanged,
    remove_group_members.sync(group.data.id, client=client, body=m.GroupMembers(contact_ids=[may])),
)
assert removed.data.changed == 1
members = a(
    m.CursorListingContact, list_group_members.sync(group.data.id, client=client, sort=m.ContactSort.NAME)
)
assert [contact.id for contact in members.data] == [frank.id]

# Companies and their contacts.
company = a(m.Company, frank.company)
renamed = patch_company.sync(company.id, client=client, body=m.CompanyPatch(industry="Trade"))
assert a(m.SuccessCompanyEntry, renamed).data.industry == "Trade"
colleagues = a(m.CursorListingContact, list_company_contacts.sync(company.id, client=client))
assert [contact.id for contact in colleagues.data] == [frank.id]

# Jobs and history.
jobs = a(m.ListingJob, list_jobs.sync(client=client))
assert all(job.done <= job.total for job in jobs.data)
history = a(m.ListingContactHistoryEntry, get_contact_history.sync(frank.id, client=client))
assert history.data[-1].action == m.ContactAction.CREATED

# The trash, the way back, and the end.
a(m.Acknowledged, delete_contact.sync(frank.id, client=client))
trashed = a(m.SuccessTrashedContact, get_trashed_contact.sync(frank.id, client=client))
assert trashed.data.deleted_at >= trashed.data.created_at
restored = a(m.SuccessContact, restore_contact.sync(frank.id, client=client))
assert restored.data.id == frank.id
a(m.Acknowledged, delete_contact.sync(frank.id, client=client, permanent=True))
gone = a(m.ErrorBody, get_contact.sync(frank.id, client=client))
assert gone.error.type_ == m.ErrorType.NOT_FOUND

# Every invalid field is named.
invalid = a(
    m.ErrorBody,
    create_contact.sync(
        client=client,
        body=m.ContactCreate(
            email=[m.EmailInput(email="no address")], phone=[m.PhoneInput(phone="+95 9 797 877 765")]
        ),
    ),
)
assert invalid.error.type_ == m.ErrorType.VALIDATION_FAILED
assert sorted(detail.field for detail in invalid.error.details) == ["email[0].email", "username"]

print(f"Python: {calls} calls")
