-- Values of custom fields in canonical text; a multi_select has a row for each option chosen.
create table field_values (
    tenant_id uuid not null,
    contact_id uuid not null,
    field_id uuid not null,
    position smallint not null,
    value text not null
);
