-- What the planner knows of the big tables comes from statistics, which only their owner may take. After a
-- council's first extract the service must not wait until the server takes them by itself: until then the
-- tables pass for nearly empty, and whoever looks for a person reads all of them.
create function refresh_statistics() returns void language plpgsql security definer set search_path = public, pg_temp as
$$ begin
  analyze (skip_locked) person_identifier, person_detail, package, package_provider;
end $$;
revoke execute on function refresh_statistics() from public;
grant execute on function refresh_statistics() to homeward_app;

-- A digest of all that the care part that stands says of a person, where it can be told by that alone that
-- another part says the same.
alter table person add column seen bigint;
-- How a care part was taken in: all of it, or only whom it says anew. Null by a version that keeps no digests.
alter table bundle_part add column staging text check (staging in ('whole', 'changed'));
