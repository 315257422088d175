alter table idempotency_keys add constraint idempotency_keys_pkey primary key (tenant_id, key);
