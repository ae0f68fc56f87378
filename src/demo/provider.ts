/** The demo's registered care provider: invented people of Larkfield Home Care, who also sign in by email; and its council. */

/** Somebody of the provider; the demo's own sign-in has them too. */
export interface DemoProviderPerson {
  readonly email: string;
  readonly name: string;
  readonly role: 'provider-coordinator' | 'provider-manager';
}

export interface DemoProvider {
  readonly organisation: string;
  readonly name: string;
  readonly people: readonly DemoProviderPerson[];
  /** Where the office is told of messages. */
  readonly office: string;
  readonly onCall: { readonly name: string; readonly phone: string; readonly email: string; readonly hours: string };
  /** Where its council is told of messages. */
  readonly council: { readonly organisation: string; readonly office: string };
}

export const demoProvider: DemoProvider = {
  organisation: 'cqc:1-000000001',
  name: 'Larkfield Home Care',
  people: [
    { email: 'petra@larkfield.example', name: 'Petra Example', role: 'provider-coordinator' },
    { email: 'mona@larkfield.example', name: 'Mona Sample', role: 'provider-manager' },
  ],
  office: 'duty@larkfield.example',
  onCall: {
    name: 'Nina Example',
    phone: '07700 900111',
    email: 'nina@larkfield.example',
    hours: 'Mon-Sun 18:00-08:00; BH 08:00-18:00',
  },
  council: { organisation: '999', office: 'adult.duty@sherwood.example' },
};
