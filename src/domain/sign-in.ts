/**
 * How people sign in, as data: providers of OpenID Connect, how strong a sign-in must be, and
 * which of a provider's claims make somebody which role where. Deny by default: who matches no
 * entry has no role. A file never holds a secret, only the name of the environment variable that does.
 */
import { z } from 'zod';
import { roles } from './caller.ts';

/**
 * Authentication contexts of NHS CIS2 that are of assurance level 3.
 * Source: NHS England, CIS2 Authentication, "acr values"; trust rule R1.
 */
export const cis2Aal3 = [
  'AAL3_ANY', 'AAL3_FIDO2', 'AAL3_IOS', 'AAL3_SMARTCARD', 'AAL3_N3_SMARTCARD', 'AAL3_CIS2_SMARTCARD',
] as const; // prettier-ignore

const claims = z
  .record(z.string().min(1), z.string().min(1))
  .refine((all) => Object.keys(all).length > 0, 'must name at least one claim');

const roleMapping = z.strictObject({
  /** Claims that must all have, or hold in their list, exactly this value. */
  when: claims,
  role: z.enum(roles),
  organisation: z.string().min(1),
  team: z.string().min(1),
});
export type RoleMapping = z.output<typeof roleMapping>;

const environmentName = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]*$/, 'must be the name of an environment variable, never the secret itself');

const slug = z.string().regex(/^[a-z][a-z0-9-]*$/, 'must be small letters, digits and dashes');

const shared = {
  id: slug,
  /** What the sign-in page calls it. */
  name: z.string().min(1),
  /** The claim that holds the person's name. */
  nameClaim: z.string().min(1).default('name'),
  roles: z.array(roleMapping).min(1),
};

const client = {
  ...shared,
  issuer: z.url({ protocol: /^https$/, error: 'must be an https address' }),
  clientId: z.string().min(1),
  clientSecretEnv: environmentName.optional(),
  privateKeyEnv: environmentName.optional(),
  /** JSON Web Signature algorithm of the private key. */
  privateKeyAlgorithm: z.enum(['RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'ES384']).default('RS512'),
  /** Key id that the provider knows the private key by. */
  privateKeyId: z.string().min(1).optional(),
  scopes: z.array(z.string().regex(/^\S+$/)).refine((all) => all.includes('openid'), 'must hold openid'),
  /** Claims without which a sign-in is too weak, whatever role it would give. */
  require: claims.optional(),
};

const cis2 = z.strictObject({
  ...client,
  kind: z.literal('cis2'),
  acr: z.array(z.enum(cis2Aal3)).min(1),
  minimumIdAssurance: z.int().min(3).max(3),
  minimumAuthenticationAssurance: z.int().min(3).max(3),
});

const entra = z.strictObject({
  ...client,
  kind: z.literal('entra'),
  acr: z.array(z.string().min(1)).min(1).optional(),
});

const oidc = z.strictObject({ ...client, kind: z.literal('oidc'), acr: z.array(z.string().min(1)).min(1).optional() });

const demo = z.strictObject({ ...shared, kind: z.literal('demo') });

export const personaSchema = z.strictObject({
  id: slug,
  name: z.string().min(1),
  /** One line for the page that lists the personas. */
  about: z.string().min(1),
  claims: z.record(z.string().min(1), z.union([z.string(), z.array(z.string())])),
});
/** Somebody whom the demo's sign-in can be. */
export type Persona = z.output<typeof personaSchema>;

export const signInSchema = z
  .strictObject({
    providers: z.array(z.discriminatedUnion('kind', [cis2, entra, oidc, demo])).min(1),
    personas: z.array(personaSchema).default([]),
  })
  .superRefine(({ providers, personas }, context) => {
    const say = (message: string, path: PropertyKey[]): void => context.addIssue({ code: 'custom', message, path });
    for (const [index, one] of providers.entries()) {
      const at = ['providers', index];
      if (providers.findIndex(({ id }) => id === one.id) !== index) say('another provider has this id', [...at, 'id']);
      if (one.kind === 'demo') continue;
      if ((one.clientSecretEnv === undefined) === (one.privateKeyEnv === undefined)) {
        say('name either clientSecretEnv or privateKeyEnv', [...at, 'id']);
      }
    }
    for (const [index, { id }] of personas.entries()) {
      if (personas.findIndex((one) => one.id === id) !== index)
        say('another persona has this id', ['personas', index, 'id']);
    }
  });
/** A sign-in file. */
export type SignInSettings = z.output<typeof signInSchema>;
export type ProviderSettings = SignInSettings['providers'][number];
export type ClientProviderSettings = Exclude<ProviderSettings, { kind: 'demo' }>;

/** How Homeward proves to a provider that it is itself. */
export type Credential =
  | { readonly kind: 'secret'; readonly secret: string }
  | { readonly kind: 'private-key'; readonly pem: string; readonly algorithm: string; readonly keyId: string | null };

/** A provider with everything that is needed to use it; the secret in a closure, so that printing shows none. */
export type SignInProvider = ProviderSettings & { credential(): Credential | null };
