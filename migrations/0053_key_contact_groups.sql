alter table contact_groups add constraint contact_groups_pkey primary key (tenant_id, contact_id, group_id);
