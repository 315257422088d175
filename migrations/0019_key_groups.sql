alter table groups add constraint groups_pkey primary key (tenant_id, id);
