/** Lengths of time as people write them in agreements. */
import { z } from 'zod';

const unit = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/** A length of time in words, such as `15 minutes`; becomes milliseconds. */
export const duration = z
  .string()
  .regex(/^\d{1,6} (minute|hour|day)s?$/, 'must be a length of time like "26 hours"')
  .transform((text) => {
    const [count, word = ''] = text.split(' ');
    return Number(count) * unit[word.replace(/s$/, '') as keyof typeof unit];
  });
