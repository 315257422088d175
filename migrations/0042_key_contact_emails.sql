alter table contact_emails add constraint contact_emails_pkey primary key (tenant_id, contact_id, position);
