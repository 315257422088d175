-- Numbers of a tenant that every write changes or reads, apart from `tenants`, which others refer to. Half of each page
-- is left free: an update then stays on its page and touches no index.
create table tenant_counters (
    tenant_id uuid not null,
    -- How many contacts the tenant has: the exact total of an unfiltered listing.
    contacts bigint not null,
    -- Numbers every committed change of the tenant without a gap; the row stays locked from its update, late in the
    -- writing transaction, to the commit.
    changes bigint not null,
    -- A random number of the last of them. After a failover or a restored backup numbers are given again, to other changes:
    -- what is remembered of a number holds only where the stamp is the same too.
    stamp bigint not null,
    -- Numbers every change of the catalogue (tags, companies, groups, channels, fields) that a writer of contacts must
    -- not miss: a writer notes it before it reads the catalogue and commits only if it is still the same.
    catalogue bigint not null default 0
) with (fillfactor = 50);
alter table tenant_counters add constraint tenant_counters_pkey primary key (tenant_id);
alter table tenant_counters add constraint tenant_counters_tenant_fkey
    foreign key (tenant_id) references tenants (tenant_id) on delete cascade;
-- A count that went wrong fails where it goes wrong.
alter table tenant_counters add constraint tenant_counters_contacts_not_negative check (contacts >= 0);
