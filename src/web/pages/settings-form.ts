/** Forms of a provider's own settings: each is shown, handed in and shown again at one address. */
import { z } from 'zod';
import type { Caller } from '../../domain/caller.ts';
import { definePage } from '../page.ts';
import type { AuditEvent, FieldFault, LocalPath, Page, PageRequest, PageResult } from '../page.ts';
import { faultsFor } from './find-page.ts';

/** Why a manager's settings leave nothing in the trail when they are looked at. */
export const ownNumbers =
  'none: shows a manager the organisation’s own numbers and people on call, nothing of any client';

/** A box of such a form. */
export const text = z.string().max(200).default('');

type Asked = Pick<PageRequest<'manage-provider'>, 'caller' | 'clock'>;

interface SettingsForm<F extends z.ZodType> {
  readonly path: LocalPath;
  readonly title: string;
  readonly view: string;
  readonly parse: F;
  readonly audit: AuditEvent;
  /** What the view shows. @param given what was handed in and is not right; null before anything was */
  data(asked: Asked, given: z.output<F> | null, faults: readonly FieldFault[]): Promise<object>;
  /** Keeps what was handed in. @returns what is wrong with it; then nothing is kept */
  keep(caller: Caller, form: z.output<F>): Promise<readonly FieldFault[]>;
  /** Where whoever has handed it in goes on. */
  readonly next: LocalPath;
}

/** The pages of one form: what is wrong with it comes back beside what was typed. */
export function settingsForm<F extends z.ZodType>(form: SettingsForm<F>): Page[] {
  const { path, title, view, parse, audit, next } = form;
  const permission = 'manage-provider';
  const show = async (
    request: Asked & Pick<PageRequest, 'render'>,
    given: z.output<F> | null,
    faults: readonly FieldFault[] = [],
  ): Promise<PageResult> => {
    const data = { ...(await form.data(request, given, faults)), ...faultsFor(faults) };
    return request.render(view, data, faults.length > 0 ? { status: 422 } : {});
  };
  return [
    definePage({ method: 'GET', path, permission, audit: ownNumbers, title, handle: (request) => show(request, null) }),
    definePage({
      method: 'POST',
      path,
      permission,
      audit,
      title,
      parse,
      async handle(request) {
        const given = request.form as z.output<F>;
        const faults = await form.keep(request.caller, given);
        return faults.length > 0 ? show(request, given, faults) : request.redirect(next);
      },
    }),
  ];
}
