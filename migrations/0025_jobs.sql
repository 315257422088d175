-- Changes that concern too many contacts for one transaction.
create table jobs (
    tenant_id uuid not null,
    id uuid not null,
    kind text not null,
    -- What is to be done, as JSON.
    task text not null,
    -- How many contacts it concerns, how many of them it went through, changed, and could not change.
    total bigint not null,
    done bigint not null,
    changed bigint not null default 0,
    failed bigint not null default 0,
    -- The last contact that was done.
    cursor uuid not null,
    -- How many contacts a batch of it goes through; fewer once one took too long.
    batch smallint not null default 500,
    requested_by text not null,
    request_id text not null,
    -- Why it failed; of one that goes on, why its last batch has to be done again.
    error text,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    finished_at timestamptz
);
alter table jobs add constraint jobs_pkey primary key (tenant_id, id);
-- The work that is left, oldest first.
create index jobs_unfinished on jobs (tenant_id, id) where finished_at is null;
