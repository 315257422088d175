-- Contacts that were deleted and can be restored.
create table contact_trash (
    tenant_id uuid not null,
    contact_id uuid not null,
    deleted_at timestamptz not null,
    deleted_by text not null,
    -- What the tables had of the contact, as JSON.
    snapshot text not null
);
alter table contact_trash add constraint contact_trash_pkey primary key (tenant_id, contact_id);
-- The trash, newest first; and what has been in it for too long.
create index contact_trash_newest on contact_trash (tenant_id, deleted_at desc, contact_id desc);
