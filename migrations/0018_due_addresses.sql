-- Deliveries are taken up address by address, so that one with thousands waiting hides no other.
create index notice_delivery_address on notice_delivery (channel, address, next_at, place)
  where state in ('waiting', 'sending', 'taken');

-- An inbox reads what is open and what was dealt with lately, not all that is kept of years.
create index notice_inbox_open on notice (recipient, created_at) where open;
create index notice_inbox_closed on notice (recipient, closed_at) where closed_at is not null;
