-- The channels a contact can come from. position: their order in listings and in the options of the
-- field "channel", the first being its default.
create table channels (
    tenant_id uuid not null,
    id uuid not null,
    name text not null,
    name_key text not null,
    position integer not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
