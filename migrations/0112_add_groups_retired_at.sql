-- Since when a deleted group is out of sight; contacts still leave it one after the other.
alter table groups add column retired_at timestamptz;
