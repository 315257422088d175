alter table contacts add constraint contacts_company_fkey
    foreign key (tenant_id, company_id) references companies (tenant_id, id) on delete restrict;
