/** The tables of care providers' own people, as TypeScript sees them; migrations 0008 and 0020 are their source. */
import type { ColumnType, Generated } from 'kysely';

type Instant = ColumnType<Date, Date, Date>;
type MaybeInstant = ColumnType<Date | null, Date | null, Date | null>;
type ProviderRole = 'provider-coordinator' | 'provider-manager';

export interface ProviderTables {
  provider_organisation: { organisation: string; name: string; created_at: Instant };
  provider_person: { person: string; email: string; name: string; created_at: Instant };
  provider_member: {
    organisation: string;
    person: string;
    role: ProviderRole;
    active: boolean;
    changed_at: Instant;
  };
  provider_invitation: {
    invitation: string;
    organisation: string;
    organisation_name: string;
    vouched_by: 'council' | 'operator' | 'provider';
    council: string | null;
    invited_by: string;
    invited_by_user: string | null;
    email: string;
    role: ProviderRole;
    created_at: Instant;
    expires_at: Instant;
    state: 'open' | 'accepted' | 'withdrawn';
    closed_at: MaybeInstant;
    token_hash: string | null;
    sent_at: MaybeInstant;
    attempts: Generated<number>;
    fault: ColumnType<string | null, never, string | null>;
    next_at: MaybeInstant;
  };
  provider_ask: {
    ask: string;
    asked_at: Instant;
    browser_hash: string;
    address_hash: string;
    client_hash: string;
    email: string | null;
    person: string | null;
    token_hash: string | null;
    code_hash: string | null;
    expires_at: MaybeInstant;
    tries: Generated<number>;
    spent_at: MaybeInstant;
    void_recorded: Generated<boolean>;
    network_hash: string | null;
    known: Generated<boolean>;
    held_recorded: Generated<boolean>;
    begun_at: ColumnType<Date | null, Date | null | undefined, Date | null>;
    attempts: Generated<number>;
    next_at: MaybeInstant;
  };
  provider_own_contact: {
    organisation: string;
    office_phone: string | null;
    office_hours: string | null;
    out_of_hours_phone: string | null;
    email: string | null;
    confirmed_at: Instant;
    confirmed_by: string;
    changed_at: MaybeInstant;
  };
  provider_word: {
    word: string;
    email: string;
    organisation_name: string;
    attempts: Generated<number>;
    next_at: Instant;
  };
  provider_rota: {
    entry: string;
    organisation: string;
    name: string;
    phone: string;
    email: string | null;
    hours: string;
    place: number;
  };
}
