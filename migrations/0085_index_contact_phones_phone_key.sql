-- Behind `phone=`.
create index contact_phones_phone_key on contact_phones (tenant_id, phone_key, contact_id);
