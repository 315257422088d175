alter table fields add constraint fields_system_name_unique unique (tenant_id, system_name);
