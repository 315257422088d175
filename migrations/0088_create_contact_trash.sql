-- Contacts that were deleted and can be restored. `snapshot` is what the tables had of the contact, as JSON.
create table contact_trash (
    tenant_id uuid not null,
    contact_id uuid not null,
    deleted_at timestamptz not null,
    deleted_by text not null,
    snapshot text not null
);
