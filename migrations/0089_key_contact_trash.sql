alter table contact_trash add constraint contact_trash_pkey primary key (tenant_id, contact_id);
