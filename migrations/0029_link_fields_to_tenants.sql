alter table fields add constraint fields_tenant_fkey
    foreign key (tenant_id) references tenants (tenant_id) on delete cascade;
