-- A care provider that closes its task of a hold with "We are visiting" says when.
alter table task_closed add column first_visit timestamptz;
