alter table contact_platforms add constraint contact_platforms_channel_fkey
    foreign key (tenant_id, channel_id) references channels (tenant_id, id) on delete restrict;
