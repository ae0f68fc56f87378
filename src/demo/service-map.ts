/**
 * The demo council's service map: which services hospital staff may see, and in the council's own
 * words. Equipment and unpaid carers' support are left out, since nobody can be rung about them.
 */
export const serviceMap: readonly (readonly [component: string, shown: 'Y' | 'N', label: string])[] = [
  ['Reablement', 'Y', 'Reablement at home'],
  ['Short term nursing care', 'Y', 'Short stay in a nursing home'],
  ['Short term residential care', 'Y', 'Short stay in a care home'],
  ['Home support or domiciliary care', 'Y', 'Home care'],
  ['Equipment', 'N', ''],
  ['Direct payment', 'N', ''],
  ['Shared Lives', 'Y', 'Shared Lives carer'],
  ['Community supported living', 'Y', 'Supported living'],
  ['Extra care housing', 'Y', 'Extra care housing'],
  ['Long term nursing care', 'Y', 'Nursing home'],
  ['Long term residential care', 'Y', 'Care home'],
  ['Day support', 'Y', 'Day centre'],
  ['Meals', 'Y', 'Meals at home'],
  ['Transport', 'Y', 'Transport to day services'],
  ['Professional support: Social worker', 'N', ''],
  ['Professional support: Other', 'N', ''],
  ['Learning, education or employment support', 'N', ''],
  ['End of life care', 'Y', 'End of life care at home'],
  ['Emergency support', 'Y', 'Emergency alarm and response'],
  ['Other short term support', 'Y', 'Other short term support'],
  ['Other long term support', 'Y', 'Other long term support'],
  ['Unpaid carer respite', 'N', ''],
  ['Unpaid carer sitting service', 'N', ''],
  ['Unpaid carer universal services', 'N', ''],
  ['Other unpaid carer support', 'N', ''],
];
