-- The tag that stands for a merged one.
alter table tags add column merged_into uuid;
