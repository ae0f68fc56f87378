-- homeward_app is what the running service is: it may add to the audit trail and read it, and can
-- neither change nor delete a row of it, nor change the tables.
do $$ begin
  create role homeward_app nologin;
exception when duplicate_object or unique_violation then null;
end $$;
do $$ begin
  execute format('grant homeward_app to %I', current_user);
exception when others then
  -- A superuser needs no grant; anybody else must have it before the service can start.
  if not (select rolsuper from pg_roles where rolname = current_user) then raise; end if;
end $$;
grant usage on schema public to homeward_app;
grant select, insert, update, delete on all tables in schema public to homeward_app;
revoke update, delete, truncate on audit_event from homeward_app;
-- An alert may be raised and reviewed, never taken away or changed in what it says.
revoke update, delete, truncate on alert from homeward_app;
grant update (reviewed_at, reviewed_by, outcome) on alert to homeward_app;
revoke all on schema_migration from homeward_app;
-- Reading which migrations are applied lets a login that owns nothing see that nothing is to be done.
grant select on schema_migration to public;
grant usage, select on all sequences in schema public to homeward_app;
do $$ begin
  execute format('grant temporary on database %I to homeward_app', current_database());
exception when insufficient_privilege then null;
end $$;
