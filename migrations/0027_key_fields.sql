alter table fields add constraint fields_pkey primary key (tenant_id, id);
