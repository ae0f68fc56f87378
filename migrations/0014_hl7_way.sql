-- A recipient's own system may also be told by HL7 v2.

alter table notice_way drop constraint notice_way_channel_check;
alter table notice_way add constraint notice_way_channel_check
  check (channel in ('portal', 'email', 'text', 'webhook', 'fhir', 'hl7'));
