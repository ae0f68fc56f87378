/** A site's configuration folder for the benchmarks' council and hospitals: no demo, everything as a real site has it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { agreementFiles } from './callers.ts';
import { council } from './world.ts';

/** Where people would reach the service; a proxy in front of it ends TLS. */
export const baseUrl = 'https://homeward.example';

const hospitals = agreementFiles.map(({ hospital }) => hospital);

/** Writes the folder. @returns what the environment must say beside DATABASE_URL, PORT and DATA_DIR */
export function writeSite(folder: string): Record<string, string> {
  mkdirSync(join(folder, 'agreements'), { recursive: true });
  // JSON is YAML.
  const write = (name: string, content: object): void => writeFileSync(join(folder, name), JSON.stringify(content));
  write('site.yaml', { name: 'Homeward', demo: false });
  write('organisations.yaml', {
    councils: [
      {
        id: council,
        name: 'Bench County Council',
        dayHours: 'Mon-Fri 08:30-17:00',
        day: { number: '01632 960200', label: 'Adult care duty team' },
        night: { number: '01632 960201', label: 'Emergency duty team' },
        fallLimitPercent: 20,
      },
    ],
    hospitals: hospitals.map((id) => ({ id, name: `Hospital ${id}`, teams: ['Emergency'] })),
  });
  write('sign-in.yaml', {
    providers: [
      {
        id: 'bench',
        name: 'the hospital’s sign-in',
        kind: 'oidc',
        issuer: 'https://sign-in.example',
        clientId: 'homeward',
        clientSecretEnv: 'BENCH_CLIENT_SECRET',
        scopes: ['openid'],
        roles: hospitals.map((organisation) => ({
          when: { organisation },
          role: 'emergency-nurse',
          organisation,
          team: 'Emergency',
        })),
      },
    ],
  });
  for (const file of agreementFiles) write(`agreements/${file.id}.yaml`, file);
  return {
    CONFIG_DIR: folder,
    BASE_URL: baseUrl,
    HOST: '127.0.0.1',
    SESSION_SECRET: 'a secret of the benchmarks, which open nothing',
    BENCH_CLIENT_SECRET: 'of no provider',
  };
}
