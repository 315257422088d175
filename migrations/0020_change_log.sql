-- Every committed change of a tenant's contacts and of its catalogue (tags, companies, groups, channels, fields), in
-- order. The history of contacts is read from here as well. Entries are inserted by the statement that updates the
-- tenant's counters, so every number has at least one, and whoever reads by number misses nothing. No foreign keys: what an
-- entry is about may be gone.
create table change_log (
    tenant_id uuid not null,
    -- `tenant_counters.changes` as it was counted, and the place within the transaction, from 0; an entry with
    -- `contact_ids` takes as many places as there are ids.
    change bigint not null,
    position integer not null,
    -- `tenant_counters.stamp` of that change.
    stamp bigint not null,
    -- What it is about: `contact`, `tag`, `company`, `group`, `channel`, `field`, or `documents`: contacts that were only
    -- rendered anew, after a rename or a rebuild.
    kind text not null,
    action text not null,
    -- The contact, or the entry of the catalogue.
    entity_id uuid,
    -- Of `documents`: which contacts, in order.
    contact_ids uuid[],
    changed_at timestamptz not null,
    -- The job that did it.
    job_id uuid,
    -- What the history has: null where it is none, where it is kept no more, and where the contact was erased.
    history_id uuid,
    subject text,
    request_id text,
    -- The fields before and after, as JSON.
    changes text,
    -- Whose data the changes hold besides, so that they can be erased with them: the contacts that were merged into this
    -- one at the time, or the one that it was merged into. Null where there are none.
    other_ids uuid[],
    -- What those have who follow the changes: null where it does not apply, where it is kept no more, and where the contact
    -- was erased.
    -- The names of the fields that an update changed.
    fields text[],
    -- What was searched of the contact before this change, and by which version it was folded: null with a version where that
    -- did not change. Null without one where the contact was not there (it was created, restored or unmerged, and `fields` is null
    -- as well), and else where it is not known: it was emptied with another contact that was erased, or the contact is in an
    -- entry of `documents` of the same number too, whose text from before nobody noted.
    text_before text,
    text_version smallint
);
alter table change_log add constraint change_log_pkey primary key (tenant_id, change, position);
-- The history of a contact, and whether something changed again later.
create index change_log_entity on change_log (tenant_id, entity_id, change, position) where entity_id is not null;
-- Whether a contact was rendered anew later. Few entries have ids.
create index change_log_contacts on change_log using gin (contact_ids) with (fastupdate = off)
    where contact_ids is not null;
-- What is emptied when another contact is erased. Few entries have others.
create index change_log_others on change_log using gin (other_ids) with (fastupdate = off)
    where other_ids is not null;
