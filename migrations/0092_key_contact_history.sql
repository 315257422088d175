alter table contact_history add constraint contact_history_pkey primary key (tenant_id, contact_id, id);
