-- The values of custom fields; a `multi_select` has a row for each option chosen.
create table field_values (
    tenant_id uuid not null,
    contact_id uuid not null,
    field_id uuid not null,
    position smallint not null,
    -- In canonical text; and what equal values share, short enough for an index.
    value text not null,
    value_key text collate "C" not null default ''
);
alter table field_values add constraint field_values_pkey primary key (tenant_id, contact_id, field_id, position);
alter table field_values add constraint field_values_contact_fkey
    foreign key (tenant_id, contact_id) references contacts (tenant_id, id) on delete cascade;
alter table field_values add constraint field_values_field_fkey
    foreign key (tenant_id, field_id) references fields (tenant_id, id) on delete restrict;
-- `cf_…=`, and upserts by a custom field.
create index field_values_value_key on field_values (tenant_id, field_id, value_key, contact_id);
