alter table contacts add constraint contacts_channel_fkey
    foreign key (tenant_id, channel_id) references channels (tenant_id, id) on delete restrict;
