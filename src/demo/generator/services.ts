/** Which services invented people have, and how often. */
import type { ProviderKind } from './providers.ts';
import { weighted } from './random.ts';

/** A kind of service as Client Level Data names it. */
export interface Service {
  readonly component: string;
  readonly type: string;
  readonly provider: ProviderKind | null;
  /** Short services have mostly ended; equipment ends on the day it is brought. */
  readonly lasts: 'long' | 'short' | 'day';
}

const community = 'Long term support: Community';
/** The commonest of all. */
export const homeCare: Service = {
  component: 'Home support or domiciliary care',
  type: community,
  provider: 'home-care',
  lasts: 'long',
};
const long = (component: string, provider: ProviderKind | null, type = community): Service => ({
  component,
  type,
  provider,
  lasts: 'long',
});
const short = (component: string, provider: ProviderKind, type: string): Service => ({
  component,
  type,
  provider,
  lasts: 'short',
});

const careHome = long('Long term residential care', 'care-home', 'Long term support: Residential care');
const nursing = long('Long term nursing care', 'nursing-home', 'Long term support: Nursing care');
const reablement = short('Reablement', 'reablement', 'Short term support: ST-Max');
const respite = short('Short term residential care', 'care-home', 'Short term support: Other short term');
const emergency = short('Emergency support', 'community', 'Short term support: Ongoing low level');
const equipment: Service = { component: 'Equipment', type: community, provider: 'community', lasts: 'day' };
const dayCentre = long('Day support', 'day-centre');
const extraCare = long('Extra care housing', 'extra-care');
const livingSupport = long('Community supported living', 'supported-living');
const meals = long('Meals', 'community');
const sharedLives = long('Shared Lives', null);
const socialWorker = long('Professional support: Social worker', null);

/** Draws a service of somebody of 65 or over. */
// prettier-ignore
export const older = weighted<Service>([
  [homeCare, 38], [careHome, 15], [nursing, 8], [reablement, 13], [equipment, 8], [dayCentre, 5], [extraCare, 4],
  [respite, 3], [meals, 2], [emergency, 2], [socialWorker, 2],
]);
/** Draws a service of somebody under 65. */
// prettier-ignore
export const younger = weighted<Service>([
  [livingSupport, 28], [homeCare, 25], [dayCentre, 17], [careHome, 9], [sharedLives, 4], [socialWorker, 6],
  [equipment, 5], [reablement, 4], [nursing, 2],
]);
