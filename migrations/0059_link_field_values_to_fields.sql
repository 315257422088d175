alter table field_values add constraint field_values_field_fkey
    foreign key (tenant_id, field_id) references fields (tenant_id, id) on delete restrict;
