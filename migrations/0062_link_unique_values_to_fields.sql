alter table unique_values add constraint unique_values_field_fkey
    foreign key (tenant_id, field_id) references fields (tenant_id, id) on delete cascade;
