-- The values taken of fields with is_unique, default and custom alike: the primary key is the rule.
create table unique_values (
    tenant_id uuid not null,
    field_id uuid not null,
    value_key text not null,
    contact_id uuid not null
);
