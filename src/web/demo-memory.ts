/** Where the demo's sign-in provider keeps its codes and tokens: in memory, gone at the next start. */
import type { Adapter, AdapterPayload } from 'oidc-provider';
import type { Clock } from '../domain/clock.ts';

// The oldest go first: nothing here matters for longer than a sign-in takes.
const most = 5_000;

/** An adapter for one provider; each kind of thing has a shelf of its own. */
export function demoMemory(clock: Clock): (kind: string) => Adapter {
  const shelf = new Map<string, AdapterPayload>();
  return (kind) => {
    const keyOf = (id: string): string => `${kind}:${id}`;
    return {
      async upsert(id, payload) {
        shelf.delete(keyOf(id));
        shelf.set(keyOf(id), payload);
        for (const oldest of shelf.keys()) {
          if (shelf.size <= most) break;
          shelf.delete(oldest);
        }
      },
      async find(id) {
        return shelf.get(keyOf(id));
      },
      async findByUid(uid) {
        return [...shelf.entries()].find(([key, { uid: other }]) => other === uid && key.startsWith(`${kind}:`))?.[1];
      },
      async findByUserCode() {
        return undefined;
      },
      async consume(id) {
        const payload = shelf.get(keyOf(id));
        if (payload) payload.consumed = Math.floor(clock.now().getTime() / 1000);
      },
      async destroy(id) {
        shelf.delete(keyOf(id));
      },
      async revokeByGrantId(grantId) {
        for (const [key, payload] of shelf) if (payload.grantId === grantId) shelf.delete(key);
      },
    };
  };
}
