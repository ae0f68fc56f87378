/** What each task of a hold says to the one who has it: what is so, and what to do. Nothing of it tells why. */
import type { TaskCause, TaskParty } from './hold-tasks.ts';

const phoneBoth = 'Phone the care provider and agree when visits begin again.';
const asYouWere = 'Please visit as before, or phone the hospital if you cannot.';

/** Words by cause and party; a party that never has a task of a cause reads nothing. */
export const holdTexts: Record<TaskCause, Partial<Record<TaskParty, string>>> = {
  discharged: {
    sender: `The patient has gone home and no first visit is agreed. ${phoneBoth}`,
    council: `The person has gone home and the provider has not agreed a first visit. ${phoneBoth}`,
    provider: 'This person has gone home. Please tell us the time of the first visit, or that you cannot.',
  },
  transferred: {
    sender: 'The patient has moved to another hospital. Tell the council who to phone there.',
    council: 'The person has moved to another hospital and care is on hold. Take the hold over.',
    provider: 'This person has moved to another hospital. Please keep visits on hold: the council will tell you more.',
  },
  died: { council: 'The person has died, and a provider holds care for them. Tell the provider.' },
  'closed-by-hand': {
    sender: `Somebody closed this stay by hand and no first visit is agreed. ${phoneBoth}`,
    council: 'The stay was closed by hand and care is on hold. Find out if the person is home.',
    provider: 'We believe that this person is home. Please tell us the time of the first visit, or that you cannot.',
  },
  cancelled: {
    sender: `This stay was entered in error, and a provider was told of it. ${phoneBoth}`,
    council: 'The stay was entered in error, and a provider may be holding care. Check that visits go on.',
    provider: `What you were told of this person’s stay was not so. ${asYouWere}`,
  },
  'discharge-cancelled': {
    sender: 'The patient is still in hospital, and a provider believes that they went home. Send a correction.',
    council: 'The person is still in hospital, and a provider believes that they went home.',
    provider: 'This person has not gone home after all. Please hold visits until you hear from us.',
  },
  merged: {
    sender: 'This record was joined with another after a provider was told. Check whom the notices were about.',
    council: 'Two hospital records were joined after a provider was told. Check that the right care is on hold.',
    provider: 'Please check with the council’s duty team before you go by our last message.',
  },
  contradicted: {
    sender: 'The hospital’s messages do not agree on who this stay is about. Check whom the notices were about.',
    council:
      'It is in doubt who a hospital stay is about, and a provider holds care. Check that it is the right person’s.',
    provider: 'Please check with the council’s duty team before you go by our last message.',
  },
  stale: {
    sender: 'Nothing has been heard of this stay for a long time. Find out if the patient is here, or close the stay.',
    council: 'Nothing has been heard of a stay for which care is on hold. Find out if the person is home.',
    provider: 'We have heard nothing new of this person for some time. Please phone the council’s duty team.',
  },
  'no-such-stay': {
    sender: `This stay is no longer on record, and a provider was told of it. ${phoneBoth}`,
    council: 'A stay for which care is on hold is no longer on record. Find out where the person is.',
    provider: 'Please check with the council’s duty team before you go by our last message.',
  },
  'no-stay-known': {
    sender: `Care visits are on hold and nothing has been heard of a stay. Find out if the patient is here. ${phoneBoth}`,
    council: 'Care is on hold and nothing has been heard of a hospital stay. Find out if the person is home.',
    provider: 'We have heard nothing new of this person. Please phone the hospital before you go on holding visits.',
  },
  'first-visit-to-confirm': {
    council: 'Nobody has confirmed the first visit after coming home. Find out if it took place.',
    provider: 'Did the first visit take place?',
  },
  'first-visit-missed': {
    sender: 'The first visit after going home did not take place. Phone the provider.',
    council: 'The first visit after coming home did not take place. Make sure that somebody goes.',
  },
  'still-here': { sender: 'The first visit is agreed for soon, and the patient is still here. Tell the provider.' },
  'provider-not-visiting': {
    sender: 'The care provider says that it is not visiting, and the patient may be home. Phone the provider.',
    council: 'The provider says that it is not visiting, and the person may be home. Make sure that somebody goes.',
  },
};
