alter table contact_platforms add constraint contact_platforms_pkey primary key (tenant_id, contact_id, position);
