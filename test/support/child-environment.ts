/** What a process that a test starts has in its environment. */

/**
 * These settings and nothing of the developer's own, so that a test does not depend on who runs it; beside them the
 * path, and where modules are kept compiled (see compile-cache.ts).
 */
export function childEnvironment(settings: Readonly<Record<string, string>>): Record<string, string> {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  return {
    ...(PATH === undefined ? {} : { PATH }),
    ...(NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE }),
    ...settings,
  };
}
