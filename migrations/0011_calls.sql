-- What people at the hospital did with an answer: whom they phoned, which number was wrong, what came of it.

-- One call to a care provider.
create table call_record (
  call_id uuid primary key,
  at timestamptz not null,
  hospital text not null,
  council text not null,
  -- Whom it was about.
  person_key bigint not null,
  provider text not null,
  -- The number as the answer showed it.
  phone text not null,
  result text not null check (result in ('reached', 'no-answer', 'wrong-number')),
  -- The name that was given on the phone.
  spoke_to text,
  user_id text not null,
  user_name text not null,
  -- One act of a form is one call, however often it is sent.
  token text not null,
  audit_id uuid not null,
  expires_at timestamptz not null
);
create unique index call_record_once on call_record (hospital, token);
create index call_record_person on call_record (hospital, council, person_key, at desc);
create index call_record_expiry on call_record (expires_at);

-- A number of a provider that somebody found to be wrong: the council's task, and the caution beside it. It holds
-- nothing of the person about whom somebody phoned.
create table wrong_number (
  report_id uuid primary key,
  council text not null,
  provider text not null,
  -- As the answer named the provider, and its number as it was shown.
  provider_name text,
  phone text not null,
  -- What is dialled: the same however it is written.
  phone_key text not null,
  hospital text not null,
  reported_at timestamptz not null,
  reported_by text not null,
  last_at timestamptz not null,
  times integer not null,
  -- The task.
  closed_at timestamptz,
  closed_by text,
  closed_how text check (closed_how in ('right', 'corrected', 'changed', 'council-confirmed', 'provider-confirmed')),
  -- The caution, which outlasts the task where the council has mended the number but not sent it yet.
  caution_until timestamptz
);
create unique index wrong_number_once on wrong_number (council, provider, phone_key) where caution_until is null;
create index wrong_number_provider on wrong_number (provider) where caution_until is null;
create index wrong_number_council on wrong_number (council, reported_at);

-- What came of a look-up, by its answer's id: asked of whoever looks, and never needed to go on.
create table look_up_outcome (
  answer_id uuid primary key,
  hospital text not null,
  council text not null,
  -- Forgotten after a while; the counts stay.
  person_key bigint,
  looked_up_at timestamptz not null,
  asked_at timestamptz not null,
  answered_at timestamptz,
  outcome text,
  changed text,
  forget_at timestamptz not null
);
create index look_up_outcome_person on look_up_outcome (hospital, council, person_key) where person_key is not null;
create index look_up_outcome_asked on look_up_outcome (hospital, asked_at);
create index look_up_outcome_forget on look_up_outcome (forget_at) where person_key is not null;

grant select, insert, update, delete on call_record, wrong_number, look_up_outcome to homeward_app;
