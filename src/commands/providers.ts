/** `homeward invite-provider`: whoever runs the service vouches for a provider's manager. */
import type { Caller } from '../domain/caller.ts';
import { readEmail } from '../domain/provider-account.ts';
import { inviteFirstManager, knownPlaces } from '../services/provider-invitations.ts';
import type { ProviderDeps } from '../services/provider-deps.ts';
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
  deps: ProviderDeps,
  caller: Caller,
  { provider, email }: InviteOptions,
): Promise<CommandResult> {
  if (provider === undefined && email === undefined) return { text: await list(deps, caller), exitStatus: 0 };
  const address = readEmail(email ?? '');
  if (provider === undefined || address === null)
    return { text: 'Give both: --provider ID (list them without options) and --email ADDRESS.', exitStatus: 1 };
  const invited = await inviteFirstManager(deps, caller, provider, address);
  if (invited === 'invited')
    return { text: 'Invited. The service sends the letter when it runs; its link counts for 7 days.', exitStatus: 0 };
  return { text: 'There is no such provider in this council’s contacts or packages.', exitStatus: 1 };
}

async function list(deps: ProviderDeps, caller: Caller): Promise<string> {
  const places = await knownPlaces(deps, caller);
  const rows = places.map(({ organisation, name, managers, invitation }) => [
    organisation,
    name,
    managers > 0 ? 'registered' : invitation ? 'invited' : '',
  ]);
  if (rows.length === 0) return 'The council’s record names no provider.';
  return textTable([{ name: 'ID' }, { name: 'Provider' }, { name: 'In Homeward' }], rows).join('\n');
}
