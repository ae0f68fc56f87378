-- Accounts of care providers withstand whoever was put out, strangers who ask for letters in somebody's name, and
-- whoever would have this service write to strangers.

-- Who invited, so that an invitation ends with its inviter's right to invite. Of those that are open nobody knows it.
alter table provider_invitation add column invited_by_user text;
update provider_invitation set state = 'withdrawn', closed_at = now(), next_at = null, token_hash = null
  where state = 'open' and vouched_by = 'provider';

-- Hash of the wide network that a client is in; null for asks older than this. `known`: by a browser in which the
-- address signed in before, which strangers cannot use up. `held_recorded`: the trail has it that letters were held back.
alter table provider_ask add column network_hash text;
alter table provider_ask add column known boolean not null default false;
alter table provider_ask add column held_recorded boolean not null default false;
-- When the session began that the letter was for: a choice of places is good once.
alter table provider_ask add column begun_at timestamptz;

-- When what a hospital phones became another, as opposed to being confirmed as it was.
alter table provider_own_contact add column changed_at timestamptz;

-- Addresses of recipients, and whether somebody who reads them has said so. Nothing but the code goes to one before.
create table way_proof (
  recipient text not null,
  channel text not null check (channel in ('email', 'text')),
  address text not null,
  proven_at timestamptz,
  -- Of the code sent last; null where none was needed.
  proof uuid,
  asked_at timestamptz,
  code_hash text,
  tries integer not null default 0,
  sent_at timestamptz,
  attempts integer not null default 0,
  -- Why the last sending did not come about; a code.
  fault text,
  next_at timestamptz,
  primary key (recipient, channel, address)
);
create index way_proof_address on way_proof (channel, lower(address)) where asked_at is not null;
create index way_proof_waiting on way_proof (next_at) where next_at is not null;
-- Messages go to these already.
insert into way_proof (recipient, channel, address, proven_at)
  select recipient, channel, address, max(changed_at) from notice_way where channel in ('email', 'text') group by 1, 2, 3;

-- Letters to a provider's managers that something of theirs was changed.
create table provider_word (
  word uuid primary key,
  email text not null,
  organisation_name text not null,
  attempts integer not null default 0,
  next_at timestamptz not null
);
create index provider_word_waiting on provider_word (next_at);

grant select, insert, update, delete on way_proof, provider_word to homeward_app;
