-- A refusal holds for the stay, whatever its hospital corrects afterwards; and a hint that stands is known to
-- stand until what takes it back has arrived.

-- The person's refusal under a number, place or start that the stay no longer has: those it still has are read
-- from the trail. Never written by what replaces the stay's picture.
alter table stay add column refused_at timestamptz;
-- Whether the answer is "cannot say" because the person refused: when that is so no more, it is asked anew.
alter table stay_care add column refused boolean not null default false;
update stay_care c set refused = true from audit_event e where e.audit_id = c.audit_id and e.rule = 'R7';

-- Which hint a retraction takes back.
alter table hl7_outbound add column takes_back bigint;
update hl7_outbound r set takes_back = (select max(h.outbound_id) from hl7_outbound h
  where h.destination = r.destination and h.stay_id = r.stay_id and h.kind = 'hint' and h.outbound_id < r.outbound_id)
  where r.kind = 'retraction';
create index hl7_outbound_taken_back on hl7_outbound (takes_back) where takes_back is not null;
create index hl7_outbound_hint on hl7_outbound (destination, outbound_id) where kind = 'hint';
-- settled: given up, and somebody has seen to it at the destination.
alter table hl7_outbound drop constraint hl7_outbound_state_check;
alter table hl7_outbound add constraint hl7_outbound_state_check
  check (state in ('waiting', 'acknowledged', 'dead', 'withdrawn', 'settled'));

-- A stay whose end never came, of which nothing has been heard for so long that it left board, lists and
-- hints; null while it has not. It stays on the list of stays that may be over until it is closed or forgotten.
alter table stay add column shelved_at timestamptz;
create index stay_stale on stay (stale_at) where stale_at is not null and shelved_at is null;

-- What each message said, by the content of its statements, so that reading it again replaces that.
alter table hl7_message add column said uuid[];
-- By how many messages a statement was said: it goes when the last of them says otherwise.
alter table stay_event add column said_by integer not null default 1;
-- What comes now goes before what is read again, of which there may be a week's.
drop index hl7_message_waiting;
create index hl7_message_waiting on hl7_message (feed, (replays > 0), message_id) where state = 'waiting';

-- Messages that were set aside until they expired, with nobody having mended their reason: how many, by day.
create table hl7_expired (
  feed text not null,
  code text not null,
  day date not null,
  messages integer not null,
  primary key (feed, code, day)
);
grant select, insert, update, delete on hl7_expired to homeward_app;

-- Whom a list held is named in the trail by the questions that put them on it: by these the lists that a person
-- was on are found, however long the trail grows.
create index audit_event_questions on audit_event using gin ((detail->'questions')) where detail ? 'questions';

-- Messages after which what hangs together has nearly as many statements as may be: read for an alarm.
create index hl7_message_nearly on hl7_message (feed, received_at) where 'statements-nearly-too-many' = any(remarks);
