-- Since when somebody is in hospital again whose going home had been written down (domain/stay-reopened.ts), in place
-- of when that ending was written down: whoever was told between the two believes in it too.

alter table stay drop column undone_end_at;
alter table stay add column reopened_at timestamptz;
