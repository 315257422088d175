-- What a contact holds, given back when it goes.
create index unique_values_contact on unique_values (tenant_id, contact_id);
