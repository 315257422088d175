-- Requests that brought an `Idempotency-Key`, with their answers.
create table idempotency_keys (
    tenant_id uuid not null,
    key text collate "C" not null,
    -- A digest of the request: the same key with another request is refused.
    fingerprint text not null,
    created_at timestamptz not null,
    -- Whose data the answer holds, so that it can be erased with them; `answer` is null from then on.
    contact_ids uuid[] not null,
    answer text
);
alter table idempotency_keys add constraint idempotency_keys_pkey primary key (tenant_id, key);
-- What has been kept for long enough.
create index idempotency_keys_created on idempotency_keys (tenant_id, created_at);
-- The answers that are erased with a contact. No request pays for sorting in what others have left.
create index idempotency_keys_contacts on idempotency_keys using gin (contact_ids) with (fastupdate = off);
