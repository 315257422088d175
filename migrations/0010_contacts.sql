-- A contact's own columns, and the read model. Some of each page is left free for updates, which then stay on it.
-- No foreign key to tenants: its check would lock one hot row for every contact; tenant_counters, which every write
-- updates, stands for it.
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
    -- The finished API object as JSON, rendered by the service and written in the transaction that changes anything it
    -- shows; and the shape that it was rendered in.
    document text not null,
    document_version smallint not null,
    -- The folded name, by which a listing is sorted.
    sort_name text collate "C" not null default '',
    created_at timestamptz not null,
    updated_at timestamptz not null
) with (fillfactor = 85);
alter table contacts add constraint contacts_pkey primary key (tenant_id, id);
-- What contacts use is not deleted under them.
alter table contacts add constraint contacts_company_fkey
    foreign key (tenant_id, company_id) references companies (tenant_id, id) on delete restrict;
alter table contacts add constraint contacts_channel_fkey
    foreign key (tenant_id, channel_id) references channels (tenant_id, id) on delete restrict;
-- The order of listings: newest first, the id breaks ties.
create index contacts_newest on contacts (tenant_id, created_at desc, id desc);
-- `sort=name`.
create index contacts_sort_name on contacts (tenant_id, sort_name, id);
-- `sort=updatedAt`, `updatedAfter` and `updatedBefore`.
create index contacts_updated on contacts (tenant_id, updated_at desc, id desc);
-- `company=`, and the contacts of a company in the order of their ids, in which a job goes through them.
create index contacts_of_company on contacts (tenant_id, company_id, id) where company_id is not null;
-- Contacts of one company that share a name: `GET /contacts/duplicates`.
create index contacts_company_name on contacts (tenant_id, company_id, sort_name) where company_id is not null;
-- `channel=`, and whether a channel is in use.
create index contacts_channel on contacts (tenant_id, channel_id) where channel_id is not null;
