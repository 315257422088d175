alter table companies add constraint companies_tenant_fkey
    foreign key (tenant_id) references tenants (tenant_id) on delete cascade;
