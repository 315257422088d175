-- The contact's ids on social platforms, in the order given, each under a channel.
create table contact_platforms (
    tenant_id uuid not null,
    contact_id uuid not null,
    position smallint not null,
    channel_id uuid not null,
    social_platform_id text collate "C" not null
);
alter table contact_platforms add constraint contact_platforms_pkey primary key (tenant_id, contact_id, position);
alter table contact_platforms add constraint contact_platforms_contact_fkey
    foreign key (tenant_id, contact_id) references contacts (tenant_id, id) on delete cascade;
alter table contact_platforms add constraint contact_platforms_channel_fkey
    foreign key (tenant_id, channel_id) references channels (tenant_id, id) on delete restrict;
-- `socialPlatformId=`, and upserts by it.
create index contact_platforms_social_id on contact_platforms (tenant_id, social_platform_id, contact_id);
