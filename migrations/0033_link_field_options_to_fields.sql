alter table field_options add constraint field_options_field_fkey
    foreign key (tenant_id, field_id) references fields (tenant_id, id) on delete cascade;
