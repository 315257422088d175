-- The company that stands for a merged one.
alter table companies add column merged_into uuid;
