-- What is told to care providers and councils, and what became of it. The events are kept and never changed;
-- the row of a notice is worked out from them and only ever replaced by that.

-- One act of telling: the same facts to provider and council.
create table telling (
  telling_id uuid primary key,
  hospital text not null,
  council text not null,
  person_key bigint not null,
  -- By what the council was asked about the person, and is asked again at each sending (product rule 2).
  nhs_number text not null,
  birth_date date not null,
  -- The stay that it is about, and the hospital's key of its patient when it was written; null without a feed.
  stay_id uuid,
  patient text,
  kind text not null check (kind in ('fact', 'correction', 'cancellation')),
  fact text not null,
  ask jsonb not null,
  -- The telling that this one corrects or takes back.
  undoes uuid references telling on delete set null,
  automatic boolean not null,
  -- The provider's own question that brought it about.
  question uuid,
  team text,
  sender jsonb,
  -- One act of a form or of an event is one telling, however often it is sent.
  token text not null,
  created_at timestamptz not null,
  audit_id uuid not null
);
create unique index telling_once on telling (hospital, token);
create index telling_person on telling (hospital, council, person_key, created_at desc);
create index telling_number on telling (nhs_number);
create index telling_stay on telling (stay_id) where stay_id is not null;

create table notice (
  notice_id uuid primary key,
  telling_id uuid not null references telling on delete cascade,
  -- Id of the first notice of this line to this recipient.
  thread uuid not null,
  kind text not null,
  fact text not null,
  hospital text not null,
  team text,
  council text not null,
  person_key bigint not null,
  stay_id uuid,
  recipient_kind text not null check (recipient_kind in ('provider', 'council')),
  recipient text not null,
  -- As the council's extract named the provider then; null where the agreement does not share it.
  recipient_name text,
  link text check (link in ('package', 'roster')),
  automatic boolean not null,
  -- As it was told (domain/notice-content.ts); nothing else of the person is kept here.
  content jsonb not null,
  created_at timestamptz not null,

  status text not null,
  open boolean not null,
  waits boolean not null,
  -- False only while it has surely reached nobody.
  reached boolean not null,
  -- Whose it is until the next step is due; null when it is closed.
  owner_party text,
  owner text,
  -- Handed to delivery from then on; null once it was, or when there is nothing to hand over.
  deliver_at timestamptz,
  -- The next step of the escalation; null when there is none.
  step_at timestamptz,
  -- At which bundle the council's record was last asked, when, and until when its word holds.
  checked_bundle bigint,
  checked_at timestamptz not null,
  check_at timestamptz,
  changed_at timestamptz not null,
  -- Raised with each event, so that pages see that there is something new.
  version bigint not null,
  closed_at timestamptz,
  expires_at timestamptz
);
create sequence notice_version;
create index notice_telling on notice (telling_id);
create index notice_person on notice (hospital, council, person_key);
create index notice_stay on notice (stay_id) where stay_id is not null;
create index notice_inbox on notice (recipient, created_at desc);
create index notice_thread on notice (thread);
create index notice_open_team on notice (hospital, team, created_at) where open;
create index notice_open_council on notice (council, created_at) where open;
create index notice_deliver on notice (deliver_at) where deliver_at is not null;
create index notice_step on notice (step_at) where step_at is not null;
create index notice_check on notice (council, checked_bundle, check_at) where open;
create index notice_accepted on notice (council, person_key) where status = 'accepted';
create index notice_expiry on notice (expires_at) where expires_at is not null;

create table notice_event (
  event_id text not null,
  notice_id uuid not null references notice on delete cascade,
  at timestamptz not null,
  kind text not null,
  -- Hash of what it says: a repetition under another id is kept once.
  content bytea not null,
  event text not null,
  primary key (notice_id, content)
);

-- Whether a person agreed to a provider's being told: asked and recorded apart from permission to be looked up.
create table permission_to_tell (
  permission_id uuid primary key,
  hospital text not null,
  council text not null,
  person_key bigint not null,
  answer text not null check (answer in ('given', 'refused', 'cannot-ask')),
  cannot_ask_reason text,
  at timestamptz not null,
  by_id text not null,
  by_name text not null,
  audit_id uuid not null,
  expires_at timestamptz not null
);
create index permission_to_tell_person on permission_to_tell (hospital, council, person_key, at desc);
create index permission_to_tell_expiry on permission_to_tell (expires_at);

grant select, insert, update, delete on telling, notice, notice_event, permission_to_tell to homeward_app;
grant usage, select on all sequences in schema public to homeward_app;
