-- Behind `email=`.
create index contact_emails_email_key on contact_emails (tenant_id, email_key, contact_id);
