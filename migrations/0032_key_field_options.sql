alter table field_options add constraint field_options_pkey primary key (tenant_id, field_id, value);
