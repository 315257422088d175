-- Where the log of changes begins, for each that reads it. Apart from the counters, which every write locks.
create table change_log_starts (
    tenant_id uuid not null,
    -- The newest number that those who follow the changes cannot begin before any more, with its stamp: the oldest place to
    -- go on from. 0 with the tenant's first stamp as long as all is kept.
    events bigint not null default 0,
    stamp bigint not null,
    -- The newest number whose history is kept no more.
    history bigint not null default 0
);
alter table change_log_starts add constraint change_log_starts_pkey primary key (tenant_id);
alter table change_log_starts add constraint change_log_starts_tenant_fkey
    foreign key (tenant_id) references tenants (tenant_id) on delete cascade;
