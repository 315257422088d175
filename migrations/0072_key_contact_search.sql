alter table contact_search add constraint contact_search_pkey primary key (tenant_id, contact_id);
