/** 100,000 histories: the properties of stay-properties.test.ts. */
import { it } from 'node:test';
import { converges, needsOnlyWhatIsRelated, tellsTheTruth } from '../support/stay-properties.ts';

it('whatever a hospital does, its messages in any order and repetition tell the truth of every visit', () => {
  tellsTheTruth(100_000);
});

it('order and repetition change nothing, of senseless messages too', () => {
  converges(100_000);
});

it('a store that reads back only related messages ends where one that reads all of them ends', () => {
  needsOnlyWhatIsRelated(50_000);
});
