-- The options of select and multi_select fields. Those of "channel" are the rows of channels.
create table field_options (
    tenant_id uuid not null,
    field_id uuid not null,
    value text not null,
    label text not null,
    is_default boolean not null,
    position integer not null
);
