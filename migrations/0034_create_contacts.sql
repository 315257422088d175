-- document: the finished API object as JSON, rendered by the service and written in the transaction that
-- changes anything it shows; document_version: the shape it was rendered in. search_text: the folded lines
-- that `keyword` searches. fillfactor leaves room for updates that stay on their page.
-- No foreign key to tenants: its check would lock one hot row for every contact; tenant_counters, updated by
-- every write, stands for it.
create table contacts (
    tenant_id uuid not null,
    id uuid not null,
    username text not null,
    name text not null,
    address text,
    notes text,
    avatar_url text,
    company_id uuid,
    channel_id uuid,
    document text not null,
    document_version smallint not null,
    search_text text not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
) with (fillfactor = 85);
