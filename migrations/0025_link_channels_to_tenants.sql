alter table channels add constraint channels_tenant_fkey
    foreign key (tenant_id) references tenants (tenant_id) on delete cascade;
