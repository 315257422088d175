alter table fields add constraint fields_type_is_known check (type in ('text', 'textarea', 'number', 'date', 'datetime', 'checkbox', 'select', 'multi_select', 'url', 'email', 'phone'));
