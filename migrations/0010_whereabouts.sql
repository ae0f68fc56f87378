-- "Is my client with you?": what providers asked, and their own lists of clients.

create table whereabouts_question (
  question_id uuid primary key,
  provider text not null,
  -- One act of a form is one question, however often it is sent.
  token text not null,
  council text not null,
  -- As typed, and the number that it means now by that council's word.
  nhs_number text not null,
  current_number text not null,
  birth_date date not null,
  asked_by_id text not null,
  asked_by_name text not null,
  asked_at timestamptz not null,
  answered text not null check (answered in ('with-us', 'not-with-us', 'cannot-say')),
  -- What was read on the screen; null once its time is over.
  answer jsonb,
  answer_until timestamptz not null,
  -- Why the provider may ask; null when it is no client of its own, which the provider is never told.
  link text check (link in ('package', 'roster')),
  -- Of the council's record, or of the list; null when neither knows the person.
  person_key bigint,
  -- Whether the council's own record has the person: only then is the question the council's to see.
  council_person boolean not null,
  -- Until when a later arrival is told; null when it is answered.
  open_until timestamptz,
  closed_at timestamptz,
  closed_by text,
  notice_id uuid,
  audit_id uuid not null,
  expires_at timestamptz not null
);
create unique index whereabouts_question_once on whereabouts_question (provider, token);
create index whereabouts_question_provider on whereabouts_question (provider, asked_at desc);
create index whereabouts_question_council on whereabouts_question (council, asked_at desc) where council_person;
create index whereabouts_question_open on whereabouts_question (open_until)
  where open_until is not null and closed_at is null and notice_id is null;
create index whereabouts_question_answer on whereabouts_question (answer_until) where answer is not null;
create index whereabouts_question_expiry on whereabouts_question (expires_at);

-- Somebody who is there and whom the hospital has not identified yet: a "no" says so.
create index stay_not_identified on stay (organisation)
  where status in ('arrived', 'admitted', 'on-leave') and (nhs_number is null or birth_date is null);

-- A key of somebody on a provider's list, of the same row of numbers as a council's people: never one of theirs.
create table roster_person (
  nhs_number text primary key,
  person_key bigint not null unique default nextval(pg_get_serial_sequence('person', 'person_key'))
);

-- One row a file that was handed in.
create table roster_upload (
  upload_id uuid primary key,
  provider text not null,
  at timestamptz not null,
  by_id text not null,
  by_name text not null,
  -- held: so many fewer than before that somebody must say that it is meant · current · replaced · discarded
  state text not null check (state in ('held', 'current', 'replaced', 'discarded')),
  row_count integer not null,
  audit_id uuid not null
);
create unique index roster_upload_current on roster_upload (provider) where state = 'current';
create unique index roster_upload_held on roster_upload (provider) where state = 'held';
create index roster_upload_provider on roster_upload (provider, at desc);

-- The rows of a held or current file as they came: what is set aside is given back, and tried again.
create table roster_row (
  upload_id uuid not null references roster_upload on delete cascade,
  row_number integer not null,
  cells jsonb not null,
  -- Null: the row's person is on the list.
  code text,
  primary key (upload_id, row_number)
);
create index roster_row_not_checked on roster_row (upload_id) where code = 'NOT_CHECKED';

-- The list as it stands: identity and permission only, and nothing of care.
create table roster_client (
  provider text not null,
  nhs_number text not null references roster_person,
  birth_date date not null,
  family text not null,
  given text not null,
  reference text not null,
  permission_on date not null,
  verified_on date not null,
  name_differs boolean not null,
  upload_id uuid not null references roster_upload on delete cascade,
  primary key (provider, nhs_number)
);
create index roster_client_number on roster_client (nhs_number);

grant select, insert, update, delete on whereabouts_question, roster_person, roster_upload, roster_row, roster_client to homeward_app;
grant usage, select on all sequences in schema public to homeward_app;
