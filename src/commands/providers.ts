/** `homeward invite-provider`: whoever runs the service vouches for a provider's manager. */
import type { Caller } from '../domain/caller.ts';
import { readEmail } from '../domain/provider-account.ts';
import { inviteFirstManager, isInvited, knownPlaces } from '../services/provider-invitations.ts';
import type { Invited } from '../services/provider-invitations.ts';
import type { InvitingDeps } from '../services/provider-deps.ts';
import type { CommandResult } from './bundles.ts';
import { textTable } from './text-table.ts';

/** What is typed; without provider and email the council's providers are listed. */
export interface InviteOptions {
  readonly provider: string | undefined;
  readonly email: string | undefined;
}

/**
 * Invites a manager, also where the provider has one who cannot be reached any more; or lists whom there is to
 * invite. The letter is sent by the service when it runs.
 * @param caller of the command line, for one council. Exit status 1 when nobody was invited
 */
export async function inviteProviderCommand(
  deps: InvitingDeps,
  caller: Caller,
  { provider, email }: InviteOptions,
): Promise<CommandResult> {
  if (provider === undefined && email === undefined) return { text: await list(deps, caller), exitStatus: 0 };
  const address = readEmail(email ?? '');
  if (provider === undefined || address === null)
    return { text: 'Give both: --provider ID (list them without options) and --email ADDRESS.', exitStatus: 1 };
  const before = await isInvited(deps, caller, provider, address);
  const invited = await inviteFirstManager(deps, caller, provider, address);
  if (invited !== 'invited') return { text: refusals[invited](caller.organisation), exitStatus: 1 };
  const said = before
    ? 'Invited again. The link that was sent to this address before opens nothing any more.'
    : 'Invited.';
  return { text: `${said} The service sends the letter when it runs; its link counts for 7 days.`, exitStatus: 0 };
}

const refusals: Readonly<Record<Exclude<Invited, 'invited'>, (council: string) => string>> = {
  'unknown-provider': (council) =>
    `There is no such provider in this council’s contacts or packages. Those there are: homeward invite-provider --council ${council}`,
  member: () =>
    'Nobody was invited: this address is a manager of the provider already, and signs in on the page for care providers.',
  managed: () => 'Nobody was invited: the provider has a manager, who invites everybody else.',
  'too-many': () => 'Nobody was invited: there have been too many invitations today.',
  'too-many-to-one': () => 'Nobody was invited: this address has been invited too often today.',
};

/** A terminal of any use shows so much in a line. */
const widest = 100;

async function list(deps: InvitingDeps, caller: Caller): Promise<string> {
  const places = await knownPlaces(deps, caller);
  const rows = places.map(({ organisation, name, managers, invitation }) => [
    organisation,
    name,
    managers > 0 ? 'registered' : invitation ? 'invited' : '',
  ]);
  if (rows.length === 0) return 'The council’s record names no provider.';
  return textTable([{ name: 'ID' }, { name: 'Provider', cut: true }, { name: 'In Homeward' }], rows, widest).join('\n');
}
