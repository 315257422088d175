-- phone: as typed. digits: its digits; e164: where it could be parsed; phone_key: what equal phones share.
create table contact_phones (
    tenant_id uuid not null,
    contact_id uuid not null,
    position smallint not null,
    phone text not null,
    is_primary boolean not null,
    digits text not null,
    e164 text,
    phone_key text not null
);
