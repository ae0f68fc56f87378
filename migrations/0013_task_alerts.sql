-- A provider is told of a task of a hold as of a message: that there is something in its inbox, once a task.

alter table notice_delivery drop constraint notice_delivery_reason_check;
alter table notice_delivery add constraint notice_delivery_reason_check
  check (reason in ('first', 'reminder', 'out-of-hours', 'council', 'task'));

create table task_alerted (
  task_id text primary key,
  stay_id uuid not null,
  at timestamptz not null
);
create index task_alerted_stay on task_alerted (stay_id);

grant select, insert, update, delete on task_alerted to homeward_app;
