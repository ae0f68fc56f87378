-- Care providers' own people: who they are, how they were invited, how they sign in by email, how the
-- provider is reached by its own word, and who is on call when.

-- One row a place that has people of its own here. `organisation` is `cqc:<location>` or `local:<council>:<reference>`.
create table provider_organisation (
  organisation text primary key,
  name text not null,
  created_at timestamptz not null
);

-- Somebody by their email address; one person may belong to several places of one provider.
create table provider_person (
  person uuid primary key,
  -- In small letters.
  email text not null unique,
  name text not null,
  created_at timestamptz not null
);

create table provider_member (
  organisation text not null references provider_organisation,
  person uuid not null references provider_person,
  role text not null check (role in ('provider-coordinator', 'provider-manager')),
  active boolean not null,
  changed_at timestamptz not null,
  primary key (organisation, person)
);
create index provider_member_person on provider_member (person);

create table provider_invitation (
  invitation uuid primary key,
  organisation text not null,
  organisation_name text not null,
  -- council: vouches for a provider of its own record that nobody manages yet · operator: whoever runs the
  -- service · provider: a manager, for the own organisation.
  vouched_by text not null check (vouched_by in ('council', 'operator', 'provider')),
  -- The council in whose record the provider stands; null where a manager invited.
  council text,
  invited_by text not null,
  email text not null,
  role text not null check (role in ('provider-coordinator', 'provider-manager')),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  state text not null check (state in ('open', 'accepted', 'withdrawn')),
  closed_at timestamptz,
  -- Hash of the link's token, made anew with each sending; null before the first.
  token_hash text unique,
  sent_at timestamptz,
  attempts integer not null default 0,
  -- Why the last sending did not come about; a code.
  fault text,
  -- When it is to be sent next; null when there is nothing to send.
  next_at timestamptz
);
create unique index provider_invitation_open on provider_invitation (organisation, email) where state = 'open';
create index provider_invitation_waiting on provider_invitation (next_at) where next_at is not null;

-- One row for every address that anybody typed, known here or not: what is asked must not take longer for one.
create table provider_ask (
  ask uuid primary key,
  asked_at timestamptz not null,
  -- Hash of what the asking browser keeps in a sealed cookie.
  browser_hash text not null unique,
  address_hash text not null,
  client_hash text not null,
  -- Until it is sent or found to be nobody's; null where too many were asked for.
  email text,
  person uuid,
  token_hash text unique,
  code_hash text,
  -- Of link and code; null before they are sent.
  expires_at timestamptz,
  tries integer not null default 0,
  spent_at timestamptz,
  -- Whether the trail has it that the code was tried too often.
  void_recorded boolean not null default false,
  attempts integer not null default 0,
  next_at timestamptz
);
create index provider_ask_address on provider_ask (address_hash, asked_at);
create index provider_ask_client on provider_ask (client_hash, asked_at);
create index provider_ask_waiting on provider_ask (next_at) where next_at is not null;
create index provider_ask_age on provider_ask (asked_at);
create index provider_ask_person on provider_ask (person) where person is not null;

-- How a provider says that it is reached. It stands beside the council's word, never in its place.
create table provider_own_contact (
  organisation text primary key,
  office_phone text,
  office_hours text,
  out_of_hours_phone text,
  email text,
  confirmed_at timestamptz not null,
  confirmed_by text not null
);

create table provider_rota (
  entry uuid primary key,
  organisation text not null,
  name text not null,
  phone text not null,
  email text,
  -- `Mon-Fri 18:00-08:00; BH 08:00-20:00`
  hours text not null,
  -- The first answers first.
  place integer not null
);
create index provider_rota_organisation on provider_rota (organisation, place);

grant select, insert, update, delete on provider_organisation, provider_person, provider_member, provider_invitation,
  provider_ask, provider_own_contact, provider_rota to homeward_app;
