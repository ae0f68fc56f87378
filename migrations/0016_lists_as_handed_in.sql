-- A provider's list is kept as it was handed in: what its page says must not depend on anybody's record or stay.

-- Confirmed by number and birth date when a question or an arrival is decided, and nowhere before.
alter table roster_client drop column verified_on, drop column name_differs;
-- Rows that no record confirmed were on no list; they are handed in with the next file.
delete from roster_row where code in ('NOT_CHECKED', 'NOT_CONFIRMED');
-- Whoever is on the list stands there; of files only what was set aside is kept, and what waits for a decision.
delete from roster_row r using roster_upload u where u.upload_id = r.upload_id and u.state = 'current' and r.code is null;
drop index roster_row_not_checked;

-- Files that are being read, and those that were refused: they count in the day's limit.
alter table roster_upload drop constraint roster_upload_state_check;
alter table roster_upload add constraint roster_upload_state_check
  check (state in ('reading', 'refused', 'held', 'current', 'replaced', 'discarded'));
create unique index roster_upload_reading on roster_upload (provider) where state = 'reading';

-- Each birth date with which a provider has handed a number in, whether or not it is anybody's: one row for each file's
-- first. So many in a month close the number to the provider, by its own doing alone.
create table roster_try (
  provider text not null,
  nhs_number text not null,
  birth_date date not null,
  first_at timestamptz not null,
  upload_id uuid not null references roster_upload on delete cascade,
  -- Whether it has been compared with the councils' records, whose people then have it in the trail.
  compared boolean not null default false,
  primary key (provider, nhs_number, birth_date)
);
create index roster_try_to_compare on roster_try (provider) where not compared;
create index roster_try_age on roster_try (first_at);

-- How many of a list were not confirmed, once a day and rounded up to ten.
create table roster_count (
  provider text primary key,
  at timestamptz not null,
  clients integer not null,
  unconfirmed integer not null
);

-- However often the same happens within an hour, it is one alert, with a count.
alter table alert add column times integer not null default 1;
grant update (times) on alert to homeward_app;

-- Whoever stands on a list under an old number is found by the new one.
create index number_change_to on number_change (new_number) where until_bundle is null;

grant select, insert, update, delete on roster_try, roster_count to homeward_app;
