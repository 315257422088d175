-- What has been kept for long enough.
create index idempotency_keys_created on idempotency_keys (tenant_id, created_at);
