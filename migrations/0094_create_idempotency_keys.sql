-- Requests that brought an `Idempotency-Key`, with their answers. `contact_ids`: whose data the answer holds, so that
-- it can be erased with them; `answer` is null from then on.
create table idempotency_keys (
    tenant_id uuid not null,
    key text not null,
    fingerprint text not null,
    created_at timestamptz not null,
    contact_ids uuid[] not null,
    answer text
);
