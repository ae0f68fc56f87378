-- A look-up reads once and writes once, with no lock between the two. What keeps two at the same
-- moment from both seeing room for one is that each takes the next number in its row, and that a
-- number is given once: the second to come finds its number taken, and decides anew.

-- A person's look-ups, counted from 1.
alter table audit_event add column turn bigint;
create unique index audit_event_turn on audit_event (user_id, turn) where turn is not null;
-- Birth dates that did not match a person, asked by one hospital, counted from 1.
alter table audit_event add column guess integer;
create unique index audit_event_guess on audit_event (council, person_key, organisation, guess) where guess is not null;

-- Which bundle a council's facts stand at: says whether what the service remembers of them still holds.
create index bundle_part_latest on bundle_part (council, bundle_id) where applied;

-- An answer is a copy of somebody's record that lives for an hour: it belongs in no write-ahead log,
-- no backup and no replica. A server that crashes forgets it, and the person looks up again.
alter table answer set unlogged;
