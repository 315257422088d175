-- Contact groups. is_default: a contact created without groups gets them.
create table groups (
    tenant_id uuid not null,
    id uuid not null,
    value text not null,
    label text not null,
    is_default boolean not null,
    position integer not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
