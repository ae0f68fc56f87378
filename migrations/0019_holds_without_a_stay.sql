-- Whose hold a notice belongs to: its stay's or, where no stay is known, one of hospital, council and person. hold_look
-- and the tables of tasks hold it as their stay_id.

alter table telling add column hold_id uuid not null
  generated always as (coalesce(stay_id, md5(hospital || '|' || council || '|' || person_key::text)::uuid)) stored;
alter table notice add column hold_id uuid not null
  generated always as (coalesce(stay_id, md5(hospital || '|' || council || '|' || person_key::text)::uuid)) stored;

drop index notice_held;
create index notice_held on notice (hold_id) where recipient_kind = 'provider' and reached;
create index notice_hold on notice (hold_id);
create index telling_hold on telling (hold_id);
