-- The house: bundles, facts with their history, audit, sessions.
-- Every fact about a person carries (council, person_key), so that a cluster can be split by council.
-- A fact row lives from one bundle until another (until_bundle null: it stands now), so that going
-- back a bundle is exact and history is never rewritten.

create table bundle (
  bundle_id bigint generated always as identity primary key,
  council text not null,
  source text not null,
  extracted_at timestamptz not null,
  received_at timestamptz not null,
  received_by text not null,
  state text not null check (state in ('landed', 'held', 'released', 'discarded', 'rolled-back')),
  report jsonb not null
);
create index bundle_by_council on bundle (council, bundle_id desc);

create table bundle_part (
  bundle_id bigint not null references bundle,
  council text not null,
  kind text not null,
  as_at timestamptz not null,
  extracted_at timestamptz not null,
  sha256 text not null,
  rows bigint not null,
  applied boolean not null,
  primary key (bundle_id, kind)
);
create index bundle_part_current on bundle_part (council, kind, bundle_id desc) where applied;

create table person (
  council text not null,
  person_key bigint generated always as identity,
  created_bundle bigint not null,
  primary key (council, person_key)
);

-- The number or council id by which a person was known, from one moment until another.
create table person_identifier (
  council text not null,
  person_key bigint not null,
  kind text not null check (kind in ('council-id', 'nhs-number')),
  value text not null,
  part text not null,
  fingerprint uuid not null,
  valid_from timestamptz not null,
  valid_until timestamptz,
  from_bundle bigint not null,
  until_bundle bigint
);
create unique index person_identifier_council_id on person_identifier (council, value)
  where kind = 'council-id' and until_bundle is null;
create index person_identifier_value on person_identifier (council, value) include (person_key)
  where kind = 'nhs-number' and until_bundle is null;
create index person_identifier_person on person_identifier (council, person_key);
create index person_identifier_history on person_identifier (value) where kind = 'nhs-number';
create unique index person_identifier_fact on person_identifier (council, part, fingerprint) where until_bundle is null;

create table person_detail (
  council text not null,
  person_key bigint not null,
  family text,
  given text,
  birth_date date,
  death_date date,
  gender text,
  under_review boolean not null,
  fingerprint uuid not null,
  from_bundle bigint not null,
  until_bundle bigint
);
create unique index person_detail_fact on person_detail (council, fingerprint) where until_bundle is null;
create index person_detail_person on person_detail (council, person_key) where until_bundle is null;

create table package (
  council text not null,
  person_key bigint not null,
  reference text not null,
  component text not null,
  full_cost boolean not null,
  start_date date not null,
  end_date date,
  cqc_location_id text,
  cqc_location_name text,
  fingerprint uuid not null,
  from_bundle bigint not null,
  until_bundle bigint
);
create unique index package_fact on package (council, fingerprint) where until_bundle is null;
create index package_person on package (council, person_key);

create table package_provider (
  council text not null,
  person_key bigint not null,
  reference text not null,
  local_reference text not null,
  fingerprint uuid not null,
  from_bundle bigint not null,
  until_bundle bigint
);
create unique index package_provider_fact on package_provider (council, fingerprint) where until_bundle is null;
create index package_provider_person on package_provider (council, person_key) where until_bundle is null;

create table provider_contact (
  council text not null,
  cqc_location_id text,
  local_reference text,
  name text not null,
  phone text,
  office_hours text,
  out_of_hours_phone text,
  email text,
  notes text,
  last_confirmed date,
  fingerprint uuid not null,
  from_bundle bigint not null,
  until_bundle bigint
);
create unique index provider_contact_fact on provider_contact (council, fingerprint) where until_bundle is null;
create index provider_contact_cqc on provider_contact (council, cqc_location_id) where until_bundle is null;
create index provider_contact_local on provider_contact (council, local_reference) where until_bundle is null;

create table directory_entry (
  council text not null,
  cqc_location_id text not null,
  name text not null,
  phone text,
  fingerprint uuid not null,
  from_bundle bigint not null,
  until_bundle bigint
);
create unique index directory_entry_fact on directory_entry (council, fingerprint) where until_bundle is null;
create index directory_entry_cqc on directory_entry (council, cqc_location_id) where until_bundle is null;

-- Only that a referral stands, never what about: closed ones are not kept at all.
create table referral (
  council text not null,
  person_key bigint not null,
  reference text not null,
  state text not null check (state in ('open', 'not-known')),
  fingerprint uuid not null,
  from_bundle bigint not null,
  until_bundle bigint
);
create unique index referral_fact on referral (council, fingerprint) where until_bundle is null;
create index referral_person on referral (council, person_key) where until_bundle is null;

create table restriction (
  council text not null,
  person_key bigint not null,
  reason text not null,
  from_date date not null,
  until_date date,
  fingerprint uuid not null,
  from_bundle bigint not null,
  until_bundle bigint
);
create unique index restriction_fact on restriction (council, fingerprint) where until_bundle is null;
create index restriction_person on restriction (council, person_key) where until_bundle is null;

create table number_change (
  council text not null,
  old_number text not null,
  new_number text,
  reason text not null,
  changed_on date not null,
  fingerprint uuid not null,
  from_bundle bigint not null,
  until_bundle bigint
);
create unique index number_change_fact on number_change (council, fingerprint) where until_bundle is null;
create index number_change_old on number_change (council, old_number) where until_bundle is null;

create table service_label (
  council text not null,
  component text not null,
  shown boolean not null,
  label text not null,
  fingerprint uuid not null,
  from_bundle bigint not null,
  until_bundle bigint
);
create unique index service_label_fact on service_label (council, fingerprint) where until_bundle is null;
create index service_label_component on service_label (council, component) where until_bundle is null;

create table quarantine (
  bundle_id bigint not null references bundle,
  council text not null,
  part text not null,
  row_number bigint not null,
  code text not null,
  column_name text not null,
  value text not null,
  council_id text,
  person_key bigint,
  reference text
);
create index quarantine_bundle on quarantine (bundle_id, part, row_number);
create index quarantine_person on quarantine (council, person_key, bundle_id) where person_key is not null;

-- Written before anything is shown. No role of the service may change or delete a row.
create table audit_event (
  audit_id uuid primary key,
  at timestamptz not null,
  action text not null,
  user_id text not null,
  user_name text not null,
  role text not null,
  organisation text not null,
  team text not null,
  authenticated_by text not null,
  session text not null,
  council text,
  person_key bigint,
  number_asked text,
  number_current text,
  reason text,
  permission text,
  cannot_ask_reason text,
  relationship text,
  outcome text not null,
  rule text,
  agreement text,
  agreement_version integer,
  shared_fields text[],
  sources jsonb,
  answer_id uuid,
  detail jsonb
);
create index audit_event_user on audit_event (user_id, at);
create index audit_event_organisation on audit_event (organisation, at);
create index audit_event_person on audit_event (council, person_key, at desc) where person_key is not null;
create index audit_event_number on audit_event (number_asked, at desc) where number_asked is not null;
create index audit_event_number_current on audit_event (number_current, at desc) where number_current is not null;

create function refuse_change() returns trigger language plpgsql as
$$ begin raise exception 'audit rows are never changed or deleted'; end $$;
create trigger audit_event_stays before update or delete or truncate on audit_event
  for each statement execute function refuse_change();

-- What the privacy officer is told at once.
create table alert (
  alert_id uuid primary key,
  at timestamptz not null,
  kind text not null,
  organisation text not null,
  council text not null,
  audit_id uuid not null,
  reviewed_at timestamptz,
  reviewed_by text,
  outcome text
);
create index alert_open on alert (organisation, at desc);

create table session (
  session text primary key,
  user_id text not null,
  user_name text not null,
  role text not null,
  organisation text not null,
  team text not null,
  authenticated_by text not null,
  authenticated_at timestamptz not null,
  created_at timestamptz not null,
  seen_at timestamptz not null,
  form_token text not null,
  provider_session text
);
create index session_provider on session (provider_session) where provider_session is not null;

-- An answer as it was given, so that reload and back never run a second look-up. Short-lived.
create table answer (
  answer_id uuid primary key,
  session text not null,
  council text not null,
  person_key bigint,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  views integer not null default 0,
  answer jsonb not null,
  request jsonb not null
);
create index answer_expiry on answer (expires_at);
create index number_change_new on number_change (council, new_number) where until_bundle is null;
