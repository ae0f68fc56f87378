-- What stays do to notices and holds: what waits to be told of a stay that has changed, what was told of it by
-- itself, and which tasks of holds a named person has closed. The tasks themselves are worked out each time.

-- When an ending of the stay was last written down that counts no more (domain/stay-end.ts).
alter table stay add column undone_end_at timestamptz;

-- Changes that notices have not taken up yet: apart from stay_change, which arrivals empty at their own pace.
create table stay_to_tell (
  change_id bigint generated always as identity primary key,
  stay_id uuid not null,
  changed_at timestamptz not null
);
create index stay_to_tell_stay on stay_to_tell (stay_id);

-- Whoever writes a change of a stay, and however: nobody can forget that there are two readers of it.
create function stay_change_is_to_tell() returns trigger language plpgsql as
$$ begin
  insert into stay_to_tell (stay_id, changed_at) select stay_id, changed_at from added;
  return null;
end $$;
create trigger stay_change_to_tell after insert on stay_change
  referencing new table as added for each statement execute function stay_change_is_to_tell();

-- What was told by itself of a stay, a council (and a provider whose own list of clients is the reason; else empty).
create table stay_told (
  stay_id uuid not null,
  council text not null,
  provider text not null,
  hospital text not null,
  person_key bigint not null,
  nhs_number text not null,
  -- Tellings of these facts that nothing has undone by itself.
  with_us uuid,
  gone uuid,
  gone_at timestamptz,
  -- When the person was expected home, as the hospital said when it was last told.
  expected jsonb,
  primary key (stay_id, council, provider)
);

-- By what a stay's holds were last worked out, whether there was a task, and until when that word holds if nothing
-- changes. Only to save work: without a row, or with an older one, they are worked out anew.
create table hold_look (
  stay_id uuid primary key,
  notice_version bigint not null,
  stay_version integer,
  stale_at timestamptz,
  -- Of the terms by which it was reckoned.
  terms text not null,
  open boolean not null,
  -- The stay had ended, and everything about it was done: its row may be forgotten.
  over boolean not null,
  look_at timestamptz
);

-- A task's id is a digest of its key, which holds the hospital's number of the patient.
create table task_closed (
  task_id text primary key,
  stay_id uuid not null,
  organisation text not null,
  how text not null,
  at timestamptz not null,
  by_id text not null,
  by_name text not null,
  audit_id uuid not null
);
create index task_closed_stay on task_closed (stay_id);

-- Tasks of providers that waited for a person to release them (product rule 4).
create table task_released (
  task_id text primary key,
  stay_id uuid not null,
  at timestamptz not null,
  by_id text not null,
  by_name text not null,
  audit_id uuid not null
);
create index task_released_stay on task_released (stay_id);

create index notice_held on notice (stay_id) where stay_id is not null and recipient_kind = 'provider' and reached;
create index telling_undoes on telling (undoes) where undoes is not null;

grant select, insert, update, delete on stay_to_tell, stay_told, hold_look, task_closed, task_released to homeward_app;
grant usage, select on all sequences in schema public to homeward_app;
