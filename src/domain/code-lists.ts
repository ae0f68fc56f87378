/**
 * Lists of Client Level Data, Release 2, with the Release 1 spellings that still arrive. Compared
 * without regard to case; a value outside them is never mapped by likeness (hazard H20).
 * Source: DHSC client level data methodology and the SocialCareData vocabulary; that the service
 * components together are the whole Release 2 list is inference (docs/adr/0005).
 */

const eventTypes = ['Request', 'Assessment', 'Service', 'Review'] as const;
const clientTypes = ['Service user', 'Unpaid carer', 'Unpaid carer known by association'] as const;
const serviceTypes = [
  'Long term support: Community',
  'Long term support: Nursing care',
  'Long term support: Prison',
  'Long term support: Residential care',
  'Short term support: Ongoing low level',
  'Short term support: Other short term',
  'Short term support: ST-Max',
  'Unpaid carer support: Direct to unpaid carer',
  'Unpaid carer support: Support involving the person cared-for',
] as const;
export const serviceComponents = [
  'Reablement',
  'Short term nursing care',
  'Short term residential care',
  'Home support or domiciliary care',
  'Equipment',
  'Direct payment',
  'Shared Lives',
  'Community supported living',
  'Extra care housing',
  'Long term nursing care',
  'Long term residential care',
  'Day support',
  'Meals',
  'Transport',
  'Professional support: Social worker',
  'Professional support: Other',
  'Learning, education or employment support',
  'End of life care',
  'Emergency support',
  'Other short term support',
  'Other long term support',
  'Unpaid carer respite',
  'Unpaid carer sitting service',
  'Unpaid carer universal services',
  'Other unpaid carer support',
] as const;
const deliveryMechanisms = [
  'Direct payment',
  'CASSR managed personal budget',
  'CASSR commissioned support',
  'Self-Funder Metering Only',
] as const;
const fundingStatuses = [
  'Fully client funded',
  'Joint client and social care funded',
  'Fully social care funded',
  'Unknown',
] as const;
const stages = ['Concern', 'Section 42 enquiry', 'Other enquiry'] as const;
const referralStatuses = ['Open', 'Closed'] as const;
const restrictionReasons = ['Restricted record', 'Objection', 'Court order', 'Other'] as const;
const numberReasons = ['Superseded', 'Merged', 'Invalidated'] as const;

/** A list that reads a text to its official spelling, or to undefined when it is not in the list. */
type Reader<T extends string> = (text: string) => T | undefined;

function list<T extends string>(values: readonly T[], release1: Record<string, T> = {}): Reader<T> {
  const known = new Map<string, T>();
  // Almost every cell has the official spelling, which is found without making it small letters.
  for (const value of values) known.set(value, value).set(value.toLowerCase(), value);
  for (const [old, value] of Object.entries(release1)) known.set(old.toLowerCase(), value);
  return (text) => known.get(text) ?? known.get(text.trim().toLowerCase());
}

export const readEventType = list(eventTypes);
export const readClientType = list(clientTypes, {
  Carer: 'Unpaid carer',
  'Carer known by association': 'Unpaid carer known by association',
});
export const readServiceType = list(serviceTypes, {
  'Carer Support: Direct to Carer': 'Unpaid carer support: Direct to unpaid carer',
  'Carer Support: Support involving the person cared-for':
    'Unpaid carer support: Support involving the person cared-for',
});
export const readServiceComponent = list(serviceComponents);
export const readDeliveryMechanism = list(deliveryMechanisms);
export const readFundingStatus = list(fundingStatuses);
export const readStage = list(stages);
export const readReferralStatus = list(referralStatuses);
export const readRestrictionReason = list(restrictionReasons);
export const readNumberReason = list(numberReasons);
