alter table tags add constraint tags_name_key_unique unique (tenant_id, name_key);
