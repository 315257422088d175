-- `#rrggbb`.
alter table tags add column colour text;
