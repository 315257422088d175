-- What a contact is made of: the default fields (is_default) and the custom ones (cf_...).
create table fields (
    tenant_id uuid not null,
    id uuid not null,
    system_name text not null,
    display_name text not null,
    type text not null,
    is_default boolean not null,
    is_archived boolean not null,
    is_required boolean not null,
    is_unique boolean not null,
    position integer not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
