-- Contacts of a channel.
create index contacts_channel on contacts (tenant_id, channel_id) where channel_id is not null;
