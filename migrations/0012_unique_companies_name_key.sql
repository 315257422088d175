alter table companies add constraint companies_name_key_unique unique (tenant_id, name_key);
