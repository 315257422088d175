alter table contact_phones add constraint contact_phones_pkey primary key (tenant_id, contact_id, position);
