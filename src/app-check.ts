/**
 * The part of the composition root that finds, before anything is opened, what the others would refuse: a start that
 * stops for a missing key after the database was migrated has changed something already.
 */
import { listSystems } from './app-council.ts';
import { hl7Line } from './app-delivery.ts';
import { checkConfig } from './config.ts';
import type { Checked, Config } from './config.ts';
import { withoutEchoes } from './config/problem.ts';
import type { Problem } from './config/problem.ts';
import { couriersOf } from './delivery/couriers.ts';
import type { CarrierFile, CarrierSettings } from './delivery/couriers.ts';
import { HomewardError, errorCatalogue } from './domain/error.ts';

/** Everything that would stop a start, all of it at once. @param env the process's own when not given */
export function checkStart(env?: Parameters<typeof checkConfig>[0]): Checked {
  const checked = checkConfig(env);
  const { settings, site, problems } = checked;
  if (!site) return checked;
  return { ...checked, problems: withoutEchoes([...problems, ...startProblems({ settings, site })]) };
}

/** What couriers and councils' own systems lack; nothing is sent, opened or listened on. */
function startProblems({ settings, site }: Config): Problem[] {
  const carriers: CarrierSettings = {
    baseUrl: settings.baseUrl,
    // The demo has a mailbox of its own.
    smtpUrl: () => settings.smtpUrl() ?? (site.demo ? 'smtp://127.0.0.1:25' : null),
    notify: () => settings.notify(),
    secret: (name) => settings.secret(name),
    // Nothing is sealed here, and without one the other faults of the same courier are to be found all the same.
    bounceSecret: () => settings.sessionSecret() ?? '',
    hl7: (system, authorities) => hl7Line(settings, system, authorities),
  };
  const none: CarrierFile = { email: null, text: null, systems: [] };
  const { email, text, systems } = site.delivery;
  // One by one, since each stops at its first.
  const files: CarrierFile[] = [
    { ...none, email },
    { ...none, text },
    ...systems.map((one) => ({ ...none, systems: [one] })),
  ];
  return [
    ...files.flatMap((file) => problemOf(() => couriersOf(file, carriers).close())),
    ...site.councils.flatMap((one) => problemOf(() => listSystems(settings, { councils: [one] }))),
    ...problemOf(() => listSystems(settings, site)),
  ];
}

function problemOf(work: () => unknown): Problem[] {
  try {
    work();
    return [];
  } catch (error) {
    if (!(error instanceof HomewardError)) throw error;
    const { code, message } = error;
    return [{ code, detail: message.slice(errorCatalogue[code].length).trim() }];
  }
}
