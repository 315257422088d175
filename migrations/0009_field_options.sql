-- The options of `select` and `multi_select` fields. Those of `channel` are the rows of `channels`.
create table field_options (
    tenant_id uuid not null,
    field_id uuid not null,
    -- What contacts hold, and what people read.
    value text collate "C" not null,
    label text not null,
    is_default boolean not null,
    position integer not null,
    -- The value that took this one's place, while contacts still follow; such an option can no longer be chosen.
    renamed_to text
);
alter table field_options add constraint field_options_pkey primary key (tenant_id, field_id, value);
alter table field_options add constraint field_options_field_fkey
    foreign key (tenant_id, field_id) references fields (tenant_id, id) on delete cascade;
