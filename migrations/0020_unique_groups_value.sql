alter table groups add constraint groups_value_unique unique (tenant_id, value);
