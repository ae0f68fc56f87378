/** Who is asking, and what each kind of person may do at all. */
import { HomewardError } from './error.ts';

/** Roles that a sign-in can carry. What a hospital role may see is further cut by the agreement. */
export const roles = [
  'emergency-nurse',
  'emergency-doctor',
  'discharge-nurse',
  'ward-clerk',
  'council-duty-worker',
  'council-data-steward',
  'privacy-officer',
  'operator',
  'provider-coordinator',
  'provider-manager',
] as const;
export type Role = (typeof roles)[number];

export const roleNames: Record<Role, string> = {
  'emergency-nurse': 'Emergency nurse',
  'emergency-doctor': 'Emergency doctor',
  'discharge-nurse': 'Discharge nurse',
  'ward-clerk': 'Ward clerk',
  'council-duty-worker': 'Council duty worker',
  'council-data-steward': 'Council data steward',
  'privacy-officer': 'Privacy officer',
  operator: 'Operator',
  'provider-coordinator': 'Provider coordinator',
  'provider-manager': 'Provider manager',
};

/** What can be asked of the system; every page names one. */
export const permissions = [
  'look-up',
  'see-board',
  'close-stay',
  'see-people-in-hospital',
  'see-council-accesses',
  'steward-bundles',
  'review-accesses',
  'operate',
  'run-interfaces',
  'tell',
  'record-call',
  'record-outcome',
  'answer-notices',
  'ask-whereabouts',
  'manage-provider',
  'invite-providers',
  'work-council-lists',
  'own-session',
] as const;
export type Permission = (typeof permissions)[number];

const ofHospitalTeam = [
  'look-up',
  'see-board',
  'close-stay',
  'tell',
  'record-call',
  'record-outcome',
  'own-session',
] as const;
const ofProvider = ['answer-notices', 'ask-whereabouts', 'own-session'] as const;

// Deny by default: a role has what stands here and nothing else.
const granted: Record<Role, readonly Permission[]> = {
  'emergency-nurse': ofHospitalTeam,
  'emergency-doctor': ofHospitalTeam,
  'discharge-nurse': ofHospitalTeam,
  'ward-clerk': ofHospitalTeam,
  'council-duty-worker': ['see-people-in-hospital', 'see-council-accesses', 'work-council-lists', 'own-session'],
  'council-data-steward': ['steward-bundles', 'invite-providers', 'own-session'],
  'privacy-officer': ['review-accesses', 'own-session'],
  operator: ['operate', 'run-interfaces', 'own-session'],
  'provider-coordinator': ofProvider,
  'provider-manager': [...ofProvider, 'manage-provider'],
};

/** Whether a role holds a permission; a role that nobody knows holds none. */
export function may(role: Role, permission: Permission): boolean {
  return Object.hasOwn(granted, role) && granted[role].includes(permission);
}

/**
 * Lets a use case refuse by itself, whatever the page in front of it did.
 * @throws HomewardError NOT_ALLOWED
 */
export function requirePermission(caller: Caller, permission: Permission): void {
  if (!may(caller.role, permission)) throw new HomewardError('NOT_ALLOWED');
}

/** A signed-in person, as every use case needs to know them. No use case runs without one. */
export interface Caller {
  /** Stable id from the sign-in provider (`issuer|subject`). */
  readonly userId: string;
  readonly name: string;
  readonly role: Role;
  /** Organisation id of the configuration folder, a hospital or a council; or a provider's (`cqc:…`, `local:…`). */
  readonly organisation: string;
  readonly team: string;
  /** How they signed in, for example `AAL3_ANY` or `demo`. */
  readonly authenticatedBy: string;
  /** When they last proved who they are. */
  readonly authenticatedAt: Date;
  /** Hash of the session id: joins audit rows of one sitting, opens nothing. */
  readonly session: string;
}
