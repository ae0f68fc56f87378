-- The hospital's own events: what came over the wire, what it said, who is in hospital by it, what
-- was asked of councils on an arrival, and what goes back to the hospital.

-- Every message as it came, sealed with a key from the environment, until it expires. A message is
-- acknowledged only when its row is durable.
create table hl7_message (
  message_id bigint generated always as identity primary key,
  -- Null: from a sender that no feed file names.
  feed text,
  -- MSH-3 and MSH-4: each system of a feed counts its messages by itself.
  sender text not null,
  -- MSH-10; empty where it had none.
  control_id text not null,
  -- HMAC of the body: a plain hash of a short message could be guessed back into it.
  body_mac bytea not null,
  event text not null,
  received_at timestamptz not null,
  -- waiting: to be applied · applied · ignored: says nothing of a stay · quarantined: until a feed's file
  -- is mended · faulty, rejected: answered AE, AR · conflict: an id seen before with another body.
  state text not null check (state in ('waiting', 'applied', 'ignored', 'quarantined', 'faulty', 'rejected', 'conflict')),
  code text,
  -- Where the fault is, and a code value that is not mapped; never anything about the patient.
  field text,
  value text,
  remarks text[] not null default '{}',
  settled_at timestamptz,
  replays integer not null default 0,
  sealed bytea not null,
  expires_at timestamptz not null
);
-- A repetition is acknowledged again and applied once.
create unique index hl7_message_once on hl7_message (feed, sender, control_id)
  where state not in ('conflict', 'faulty', 'rejected');
-- A sender that repeats what was refused must not fill the table.
create unique index hl7_message_refused_once on hl7_message (feed, sender, control_id, body_mac) nulls not distinct
  where state in ('conflict', 'faulty', 'rejected');
create index hl7_message_waiting on hl7_message (feed, message_id) where state = 'waiting';
create index hl7_message_set_aside on hl7_message (received_at desc) where state in ('quarantined', 'faulty', 'rejected', 'conflict');
create index hl7_message_received on hl7_message (feed, received_at desc);
create index hl7_message_expiry on hl7_message (expires_at);

-- One row for each statement, whatever messages repeated it. `cluster` holds together all statements
-- that share a key, directly or through others: they are folded together.
create table stay_event (
  event_id bigint generated always as identity primary key,
  feed text not null,
  cluster bigint not null,
  content uuid not null,
  recorded_at timestamptz not null,
  event text not null
);
create unique index stay_event_once on stay_event (feed, content);
create index stay_event_cluster on stay_event (cluster);
create index stay_event_age on stay_event (feed, recorded_at);

create table stay_key (
  key text primary key,
  cluster bigint not null
);
create index stay_key_cluster on stay_key (cluster);
create sequence stay_cluster;

-- Who is in hospital as the statements stand: worked out from them, and only ever replaced by that.
create table stay (
  stay_id uuid primary key,
  feed text not null,
  cluster bigint not null,
  -- What names it for all time: any visit number of it. stay_id stays while one of them does.
  visits text[] not null,
  status text not null,
  since timestamptz not null,
  patient_class text,
  started_at timestamptz,
  ended_at timestamptz,
  stale_at timestamptz,
  last_heard_at timestamptz not null,
  organisation text,
  team text,
  places jsonb not null,
  expected_discharge_day date,
  expected_discharge_at timestamptz,
  patient jsonb not null,
  nhs_number text,
  nhs_number_status text,
  birth_date date,
  family text,
  given text,
  died boolean not null,
  cautions text[] not null,
  -- Raised with each change, so that what was learnt of an older picture is seen to be old.
  version integer not null
);
create index stay_of_cluster on stay (cluster);
create index stay_of_number on stay (nhs_number) where nhs_number is not null;
create index stay_open on stay (organisation, since) where status in ('arrived', 'admitted', 'on-leave');
create index stay_ended on stay (ended_at) where ended_at is not null;

-- What an arrival's background question learnt: whether council care is on record, nothing of it.
-- Kept until the stay ends.
create table stay_care (
  stay_id uuid not null references stay on delete cascade,
  council text not null,
  result text not null check (result in ('yes', 'no', 'cannot-say')),
  asked_at timestamptz not null,
  -- Of the stay's picture that was asked about.
  version integer not null,
  audit_id uuid not null,
  -- Number and birth date that were asked about: another person's stay by now is asked about anew.
  asked_about text not null,
  -- At which the council's facts stood; null when none had landed.
  bundle bigint,
  -- Until then the answer holds, while the council sends nothing new.
  ask_again_at timestamptz not null,
  -- A refusal, restriction or objection since: off every list, and the hint taken back.
  withdrawn_at timestamptz,
  primary key (stay_id, council)
);

-- What waits for each change of a stay: the background question, lists, hints. Written in the
-- transaction that changed the stay, taken up after it.
create table stay_change (
  change_id bigint generated always as identity primary key,
  stay_id uuid not null,
  changed_at timestamptz not null
);

-- Messages of our own, strictly in order for each destination.
create table hl7_outbound (
  outbound_id bigint generated always as identity primary key,
  -- Feed and hint, as `feed/hint`.
  destination text not null,
  stay_id uuid,
  kind text not null check (kind in ('hint', 'retraction')),
  control_id text not null unique,
  state text not null check (state in ('waiting', 'acknowledged', 'dead', 'withdrawn')),
  attempts integer not null default 0,
  next_at timestamptz not null,
  -- From when on it may have arrived; null while it surely has not.
  sent_at timestamptz,
  -- An attempt that fails after this is the last.
  give_up_at timestamptz not null,
  -- A code, never the answer's own text.
  last_fault text,
  created_at timestamptz not null,
  settled_at timestamptz,
  sealed bytea not null,
  expires_at timestamptz not null
);
create index hl7_outbound_waiting on hl7_outbound (destination, outbound_id) where state = 'waiting';
create index hl7_outbound_dead on hl7_outbound (created_at desc) where state = 'dead';
create index hl7_outbound_stay on hl7_outbound (stay_id);
create index hl7_outbound_expiry on hl7_outbound (expires_at);

grant select, insert, update, delete on hl7_message, stay_event, stay_key, stay, stay_care, stay_change, hl7_outbound to homeward_app;
grant usage, select on all sequences in schema public to homeward_app;
