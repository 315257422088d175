alter table jobs add constraint jobs_pkey primary key (tenant_id, id);
