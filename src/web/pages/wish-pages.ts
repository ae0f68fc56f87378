/**
 * The door by which a patient's "my care provider is not to be told" is always written down: whatever the agreement has
 * them asked, whether anything is told or not, and of people whom no council knows (product rule 5).
 */
import { z } from 'zod';
import type { NoticeDeps } from '../../services/notices/deps.ts';
import { recordPermission } from '../../services/notices/permission.ts';
import { definePage } from '../page.ts';
import type { Page } from '../page.ts';

const title = 'The patient’s wish';
const parse = z.object({ answer: z.enum(['refused', 'given']) });

/** The pages; each leads back to where it was said. */
export function wishPages({ notices }: { readonly notices: NoticeDeps }): Page[] {
  const common = { method: 'POST', permission: 'tell', audit: 'permission-to-tell', title, parse } as const;
  return [
    definePage({
      ...common,
      path: '/answers/:id/permission',
      params: z.object({ id: z.string() }),
      async handle({ caller, params: { id }, form: { answer }, redirect }) {
        await recordPermission(notices, caller, { answerId: id }, { answer, cannotAskReason: null });
        return redirect(`/answers/${id}#wish`);
      },
    }),
    definePage({
      ...common,
      path: '/told/:id/permission',
      params: z.object({ id: z.uuid() }),
      async handle({ caller, params: { id }, form: { answer }, redirect }) {
        await recordPermission(notices, caller, { telling: id }, { answer, cannotAskReason: null });
        return redirect(`/told/${id}#wish`);
      },
    }),
  ];
}
