-- The values taken of fields with is_unique, default and custom alike.
create table unique_values (
    tenant_id uuid not null,
    field_id uuid not null,
    value_key text collate "C" not null,
    contact_id uuid not null
);
-- The rule itself: a value is taken once.
alter table unique_values add constraint unique_values_pkey primary key (tenant_id, field_id, value_key);
alter table unique_values add constraint unique_values_field_fkey
    foreign key (tenant_id, field_id) references fields (tenant_id, id) on delete cascade;
alter table unique_values add constraint unique_values_contact_fkey
    foreign key (tenant_id, contact_id) references contacts (tenant_id, id) on delete cascade;
-- What a contact holds, given back when it changes or goes.
create index unique_values_contact on unique_values (tenant_id, contact_id);
