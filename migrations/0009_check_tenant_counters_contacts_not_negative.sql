alter table tenant_counters add constraint tenant_counters_contacts_not_negative check (contacts >= 0);
