alter table channels add constraint channels_name_key_unique unique (tenant_id, name_key);
