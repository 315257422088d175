-- Since when a tag that was deleted or merged is out of sight; contacts still lose it one after the other.
alter table tags add column retired_at timestamptz;
