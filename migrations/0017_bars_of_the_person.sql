-- A person's "no" is the person's: found by their number whichever council it was written under, and of people of whom
-- no council has a record as well.
alter table permission_to_tell add column nhs_number text;
alter table permission_to_tell add column birth_date date;
alter table permission_to_tell alter column person_key drop not null;
update permission_to_tell p set (nhs_number, birth_date) = (select t.nhs_number, t.birth_date from telling t
  where t.hospital = p.hospital and t.council = p.council and t.person_key = p.person_key
  order by t.created_at desc limit 1);
-- Of whom nothing was ever told, as when they refused at once: by the council's own record.
update permission_to_tell p set nhs_number = (select i.value from person_identifier i
    where i.council = p.council and i.person_key = p.person_key and i.kind = 'nhs-number' and i.until_bundle is null
    order by i.part = 'care' desc, i.value limit 1)
  where p.nhs_number is null;
create index permission_to_tell_number on permission_to_tell (hospital, nhs_number, at desc);

-- Why a notice that is over would not be told any more, by its last reading; null while it would. It is shown by this.
alter table notice add column hidden text
  check (hidden in ('died', 'not-shown', 'barred-elsewhere', 'permission-refused', 'not-a-provider-now', 'not-agreed'));
-- `checked_bundle` is the sum of the newest bundles of all councils of the site from now on: it grows with each extract.

create index stay_died on stay (nhs_number) where died or status = 'died';
