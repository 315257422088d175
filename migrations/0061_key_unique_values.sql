alter table unique_values add constraint unique_values_pkey primary key (tenant_id, field_id, value_key);
