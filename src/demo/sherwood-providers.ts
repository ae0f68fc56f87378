/** Invented providers of the demo council, one for each way in which a phone number can be had or missed. */
import { addDays } from '../domain/dates.ts';
import type { IsoDate } from '../domain/dates.ts';
import type { CastProvider } from './cast.ts';

/** 200 characters: what no screen, list or card may cut off (hazard H11). */
const longName =
  'The Amalgamated Sherwood and Higher Maun Vale Friendly Society for the Care, Comfort and Companionship of Older People in Their Own Homes and Gardens, Incorporating Fairweather’s Night Sitters Limited';

/** The providers by key. @param today for the dates on which contacts were last confirmed */
export function sherwoodProviders(today: IsoDate): Record<string, CastProvider> {
  const confirmed = (daysAgo: number): IsoDate => addDays(today, -daysAgo);
  return {
    larkfield: {
      name: 'Larkfield Home Care',
      cqcLocationId: '1-000000001',
      localReference: 'ORG-101',
      phone: '01632 960101',
      outOfHours: '01632 960102',
      hours: 'Mon-Fri 08:00-18:00; Sat 09:00-12:00',
      email: 'duty@larkfield.example',
      notes: 'The out-of-hours desk answers all night',
      lastConfirmed: confirmed(12),
      directory: { phone: '1632960103', types: 'Homecare agencies' },
    },
    willowbrook: {
      name: 'Willowbrook Day Centre',
      localReference: 'ORG-201',
      phone: '01632 960110',
      hours: 'Mon-Fri 09:00-16:00',
      email: 'hello@willowbrook.example',
      lastConfirmed: confirmed(40),
    },
    oakenfold: {
      name: 'Oakenfold Lodge',
      cqcLocationId: '1-000000002',
      localReference: 'ORG-102',
      phone: '01632 960120',
      hours: '24 hours',
      email: 'nurses@oakenfold.example',
      lastConfirmed: confirmed(25),
      directory: { phone: '1632960120', types: 'Residential homes' },
    },
    reablement: {
      name: 'Sherwood Reablement Team',
      cqcLocationId: '1-000000003',
      localReference: 'ORG-103',
      phone: '01632 960130',
      outOfHours: '01632 960131',
      hours: 'Mon-Sun 07:00-22:00; BH 08:00-20:00',
      email: 'reablement@sherwood.example',
      lastConfirmed: confirmed(3),
      directory: { phone: '1632960130', types: 'Homecare agencies' },
    },
    millbeck: {
      name: 'Millbeck Care at Home',
      cqcLocationId: '1-000000004',
      localReference: 'ORG-104',
      email: 'office@millbeck.example',
      lastConfirmed: confirmed(90),
      directory: { phone: '', types: 'Homecare agencies' },
    },
    brackenhill: {
      name: 'Brackenhill Homecare',
      cqcLocationId: '1-000000005',
      directory: { phone: '1632960140', types: 'Homecare agencies|Supported living' },
    },
    thornwick: {
      name: 'Thornwick Support Services',
      cqcLocationId: '1-000000006',
      localReference: 'ORG-106',
      phone: '07700 900106',
      hours: 'Mon-Fri 09:00-17:00',
      lastConfirmed: confirmed(55),
      directory: { phone: '7700900106', types: 'Homecare agencies' },
    },
    amalgamated: {
      name: longName,
      cqcLocationId: '1-000000007',
      localReference: 'ORG-107',
      phone: '01632 960150 ext 12',
      outOfHours: '01632 960151',
      hours: 'Mon-Fri 08:30-17:30; Sat,Sun 10:00-14:00',
      email: 'the-coordinator-of-the-day@amalgamated-sherwood-friendly-society.example',
      notes:
        'Ask for the coordinator of the day. At night the sitters’ desk answers, and rings the coordinator at home',
      lastConfirmed: confirmed(7),
      directory: { phone: '1632960150', types: 'Homecare agencies' },
    },
    gofal: {
      name: 'Gofal Cartref Tŷ Gwyn',
      cqcLocationId: '1-000000008',
      localReference: 'ORG-108',
      phone: '01632 960160',
      hours: '24 hours',
      email: 'gofal@tygwyn.example',
      notes: 'Siaredir Cymraeg',
      lastConfirmed: confirmed(18),
      directory: { phone: '1632960160', types: 'Homecare agencies' },
    },
    copperfield: {
      name: 'Copperfield Court',
      cqcLocationId: '1-000000009',
      localReference: 'ORG-109',
      phone: 'Ring the bell desk, 01632 960170, and let it ring',
      hours: 'Weekdays, mornings are best',
      lastConfirmed: confirmed(800),
      directory: { phone: '1632960171', types: 'Supported housing' },
    },
  };
}
