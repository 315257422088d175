alter table contact_redirects add constraint contact_redirects_pkey primary key (tenant_id, contact_id);
