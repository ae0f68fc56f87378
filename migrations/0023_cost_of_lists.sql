-- Tasks of a stay's holds by their ids, as they were last worked out: whoever closes one need not work out every stay.
alter table hold_look add column tasks text[] not null default '{}';
create index hold_look_tasks on hold_look using gin (tasks);

-- The interlock's word on a provider's tasks of a hold, and by what it was asked: while all of that is so, no list asks
-- again. It decides nothing that asking again would not.
create table hold_word (
  stay_id uuid not null,
  council text not null,
  provider text not null,
  -- The last notice to the provider, about whom it was asked.
  notice_id uuid not null,
  stay_version integer,
  terms text not null,
  stands text not null,
  checked_at timestamptz not null,
  check_at timestamptz not null,
  held text not null check (held in ('tell', 'wait', 'refuse')),
  released text not null check (released in ('tell', 'wait', 'refuse')),
  primary key (stay_id, council, provider)
);

grant select, insert, update, delete on hold_word to homeward_app;
