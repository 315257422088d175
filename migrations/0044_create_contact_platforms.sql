-- The contact's ids on social platforms, each under a channel.
create table contact_platforms (
    tenant_id uuid not null,
    contact_id uuid not null,
    position smallint not null,
    channel_id uuid not null,
    social_platform_id text not null
);
