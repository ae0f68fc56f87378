-- How notices leave the house: who wants to be reached how, what waits to be sent, and what went wrong for good.

-- The channels that a provider or a council has chosen. Addresses of organisations and their people on duty, never
-- of anybody whom a notice is about.
create table notice_way (
  way_id uuid primary key,
  recipient text not null,
  channel text not null check (channel in ('portal', 'email', 'text', 'webhook', 'fhir')),
  -- E-mail address, phone number, or the id of a system of the configuration folder; empty for the portal.
  address text not null,
  used text not null check (used in ('office', 'out-of-hours')),
  -- When it is watched, as `Mon-Fri 08:00-18:00`; null: always.
  hours text,
  is_on boolean not null,
  changed_at timestamptz not null,
  changed_by text not null,
  unique (recipient, channel, address, used)
);

-- When what may wait comes: at this minute of the day in London. Nobody here: at once.
create table notice_timing (
  recipient text primary key,
  daily_at integer not null check (daily_at between 0 and 1439),
  changed_at timestamptz not null,
  changed_by text not null
);

-- Addresses at which nobody is. They are used no more until somebody of the recipient has looked at them.
create table dead_address (
  recipient text not null,
  channel text not null,
  address text not null,
  since timestamptz not null,
  fault text not null,
  primary key (recipient, channel, address)
);

create table notice_delivery (
  -- Also what names it to whoever carries it: the same at every attempt.
  delivery_id uuid primary key,
  place bigint generated always as identity,
  notice_id uuid not null references notice on delete cascade,
  recipient text not null,
  council text not null,
  -- Whom it is about, as `council|key`: what is sent to one address about one person keeps its order.
  person text not null,
  channel text not null,
  address text not null,
  reason text not null check (reason in ('first', 'reminder', 'out-of-hours', 'council')),
  -- waiting · sending: it may have left · taken: somebody carries it who will say what became of it · delivered ·
  -- failed: for good · dropped: it left nothing behind, since its notice was not to leave any more.
  state text not null check (state in ('waiting', 'sending', 'taken', 'delivered', 'failed', 'dropped')),
  -- Several alerts that went as one letter bear the id of the first; it stays, so that a repetition is the same letter.
  parcel uuid,
  attempts integer not null default 0,
  -- When it is next tried, asked after, or, while it is being sent, taken for lost with the process that sent it.
  next_at timestamptz not null,
  -- Not before this hour of its recipient's.
  from_at timestamptz not null,
  give_up_at timestamptz not null,
  -- By which whoever carries it knows it.
  reference text,
  -- A code, never the other side's own text.
  fault text,
  created_at timestamptz not null,
  settled_at timestamptz
);
create index notice_delivery_lane on notice_delivery (address, person, place) where state in ('waiting', 'sending');
create index notice_delivery_due on notice_delivery (next_at) where state in ('waiting', 'sending', 'taken');
create index notice_delivery_notice on notice_delivery (notice_id);
create index notice_delivery_parcel on notice_delivery (parcel) where parcel is not null;
-- What waits is not made to wait twice.
create unique index notice_delivery_once on notice_delivery (notice_id, channel, address, reason) where state in ('waiting', 'sending', 'taken');

-- What somebody has to do so that messages arrive.
create table delivery_task (
  task_id uuid primary key,
  -- address: of the recipient's managers · operator: of whoever runs this service.
  owner text not null check (owner in ('recipient', 'operator')),
  recipient text not null,
  -- The council of the notice that showed it: it knows other ways to its providers.
  council text not null,
  kind text not null check (kind in ('dead-address', 'not-delivered', 'nobody-to-tell', 'ours-to-mend')),
  -- Empty where there is none at all.
  channel text not null,
  address text not null,
  fault text,
  times integer not null,
  opened_at timestamptz not null,
  last_at timestamptz not null,
  closed_at timestamptz,
  closed_by text
);
create unique index delivery_task_once on delivery_task (recipient, kind, channel, address) where closed_at is null;
create index delivery_task_open on delivery_task (recipient, opened_at) where closed_at is null;
create index delivery_task_council on delivery_task (council, opened_at) where closed_at is null;
create index delivery_task_closed on delivery_task (closed_at) where closed_at is not null;

grant select, insert, update, delete on notice_way, notice_timing, dead_address, notice_delivery, delivery_task to homeward_app;
grant usage, select on all sequences in schema public to homeward_app;
