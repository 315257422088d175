-- Behind `socialPlatformId`.
create index contact_platforms_social_id on contact_platforms (tenant_id, social_platform_id, contact_id);
