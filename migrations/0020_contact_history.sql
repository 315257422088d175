-- What was done to each contact: when, by whom, in which request. No foreign key to contacts: the history of a contact
-- in the trash is read as well.
create table contact_history (
    tenant_id uuid not null,
    contact_id uuid not null,
    id uuid not null,
    changed_at timestamptz not null,
    subject text not null,
    request_id text not null,
    action text not null,
    -- The fields before and after, as JSON.
    changes text not null,
    -- Whose data the changes hold besides, so that they can be erased with them: the contacts that were merged into this
    -- one at the time, or the one that it was merged into. Null where there are none.
    other_ids uuid[]
);
alter table contact_history add constraint contact_history_pkey primary key (tenant_id, contact_id, id);
-- What is older than the history is kept for.
create index contact_history_changed on contact_history (tenant_id, changed_at);
-- What is emptied when another contact is erased. Few entries have others.
create index contact_history_others on contact_history using gin (other_ids) with (fastupdate = off)
    where other_ids is not null;
