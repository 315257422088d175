alter table groups add constraint groups_tenant_fkey
    foreign key (tenant_id) references tenants (tenant_id) on delete cascade;
