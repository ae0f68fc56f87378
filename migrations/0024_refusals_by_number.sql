-- A person's refusals by their number: few rows, asked for with every answer's page and every list. Without an index of
-- their own a plan made while the trail was nearly empty reads all of a hospital's look-ups for them.
create index audit_event_refused on audit_event (number_asked, at desc) where action = 'look-up' and permission = 'refused';
