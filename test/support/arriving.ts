/** People of the demo who arrive at Kings Vale Hospital: real messages through the feed, and arrivals settled. */
import { sql } from 'kysely';
import { demoPeople } from '../../src/demo/people.ts';
import type { DemoPerson } from '../../src/demo/people.ts';
import { londonClock } from '../../src/domain/dates.ts';
import { arrivalsOn } from '../../src/services/arrivals.ts';
import { kingsVale } from './adt.ts';
import type { Fields } from './adt.ts';
import { hospitalOn } from './hospital.ts';
import type { RunningApp } from './running.ts';

export interface Arriving {
  /** One message about somebody of the demo, so many minutes ago, applied and settled. */
  tell(trigger: string, who: string, minutesAgo: number, fields?: Fields): Promise<void>;
  /** Settles what has changed since. */
  settle(): Promise<void>;
  /** As if nothing had been received for so many minutes. */
  fallSilent(minutes: number): Promise<void>;
}

/** The feed of a running demo. */
export function arrivingAt(app: RunningApp): Arriving {
  const { db, feeds } = app.app;
  const hospital = hospitalOn(db, kingsVale, app.clock as never);
  const { agreements } = feeds.deps;
  const arrivals = arrivalsOn({ db, clock: app.clock, feeds: [kingsVale], agreements, hints: feeds.hints });
  return {
    async tell(trigger, who, minutesAgo, fields = {}) {
      const person = personOf(app, who);
      const [family = '', given = ''] = person.name.split(', ');
      const at = stamp(new Date(app.clock.now().getTime() - minutesAgo * 60_000));
      const reply = await hospital.sendAdt(trigger, {
        'MSH-7': at,
        'MSH-10': `T${Math.random().toString(36).slice(2, 12)}`,
        'EVN-2': at,
        'PID-3': `K${person.nhsNumber.slice(-6)}^^^KVH^MR~${person.nhsNumber}^^^NHS^NH`,
        'PID-5': `${family}^${given}`,
        'PID-7': person.birthDate.replaceAll('-', ''),
        'PV1-19': `V-${person.nhsNumber.slice(-6)}`,
        ...fields,
      });
      if (!reply.startsWith('AA')) throw new Error(`The feed answered ${reply}`);
      await hospital.apply();
      await arrivals.run();
    },
    settle: async () => void (await arrivals.run()),
    fallSilent: async (minutes) =>
      void (await sql`update hl7_message set received_at = ${new Date(app.clock.now().getTime() - minutes * 60_000)}`.execute(
        db.sql,
      )),
  };
}

/** Somebody of the demo by a part of the name. */
export function personOf(app: RunningApp, who: string): DemoPerson {
  const person = demoPeople(app.clock.now()).find(({ name }) => name.toLowerCase().includes(who.toLowerCase()));
  if (!person) throw new Error(`Nobody of the demo is called ${who}`);
  return person;
}

function stamp(at: Date): string {
  const { date, minute } = londonClock(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${date.replaceAll('-', '')}${two(Math.floor(minute / 60))}${two(minute % 60)}00`;
}
