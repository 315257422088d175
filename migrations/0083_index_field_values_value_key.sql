-- Behind `cf_…=`.
create index field_values_value_key on field_values (tenant_id, field_id, value_key, contact_id);
