-- contacts: how many contacts the tenant has, the exact total of an unfiltered listing.
-- changes: numbers every committed change of the tenant without a gap; the row stays locked from its
-- update, late in the writing transaction, to the commit.
create table tenant_counters (
    tenant_id uuid not null,
    contacts bigint not null,
    changes bigint not null
) with (fillfactor = 50);
