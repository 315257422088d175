alter table tenant_counters add constraint tenant_counters_tenant_fkey
    foreign key (tenant_id) references tenants (tenant_id) on delete cascade;
