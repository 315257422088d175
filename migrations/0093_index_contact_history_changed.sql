-- What is older than the history is kept for.
create index contact_history_changed on contact_history (tenant_id, changed_at);
