-- The phones of a contact, in the order given.
create table contact_phones (
    tenant_id uuid not null,
    contact_id uuid not null,
    position smallint not null,
    -- As typed.
    phone text not null,
    is_primary boolean not null,
    -- Its digits; its form in E.164 where it could be parsed; and what equal phones share, `;ext=…` of an extension behind it.
    digits text not null,
    e164 text,
    phone_key text collate "C" not null
);
alter table contact_phones add constraint contact_phones_pkey primary key (tenant_id, contact_id, position);
alter table contact_phones add constraint contact_phones_contact_fkey
    foreign key (tenant_id, contact_id) references contacts (tenant_id, id) on delete cascade;
-- `phone=`, upserts by phone, and duplicates.
create index contact_phones_phone_key on contact_phones (tenant_id, phone_key, contact_id);
