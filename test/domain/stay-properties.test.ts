/** H16: 5,000 histories of a hospital, with merges, cancellations and their undoing, in any order; many more in test/long. */
import { it } from 'node:test';
import { converges, needsOnlyWhatIsRelated, tellsTheTruth } from '../support/stay-properties.ts';

it('H16: whatever a hospital does, its messages in any order and repetition tell the truth of every visit', () => {
  tellsTheTruth(5_000);
});

it('H15: order and repetition change nothing, of senseless messages too', () => {
  converges(5_000);
});

it('H04: a store that reads back only related messages ends where one that reads all of them ends', () => {
  needsOnlyWhatIsRelated(1_000);
});
