-- Whom something was told or shown of is named in the row itself, and outlives every notice, question and list: by
-- these the disclosures of a person are found, however long the trail grows.
create index audit_event_people on audit_event using gin ((detail->'people')) where detail ? 'people';
