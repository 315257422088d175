alter table contact_merges add constraint contact_merges_pkey primary key (tenant_id, id);
