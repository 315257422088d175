-- Changes that concern too many contacts for one transaction. `task` says what is to be done, as JSON; `cursor` is the
-- last contact that was done.
create table jobs (
    tenant_id uuid not null,
    id uuid not null,
    kind text not null,
    task text not null,
    total bigint not null,
    done bigint not null,
    cursor uuid not null,
    requested_by text not null,
    request_id text not null,
    error text,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    finished_at timestamptz
);
