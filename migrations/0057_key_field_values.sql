alter table field_values add constraint field_values_pkey primary key (tenant_id, contact_id, field_id, position);
