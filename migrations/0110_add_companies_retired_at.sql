-- Since when a company that was deleted or merged is out of sight; contacts still leave it one after the other.
alter table companies add column retired_at timestamptz;
