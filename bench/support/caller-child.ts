/** A process that looks people up for so many seconds and prints what it measured: arguments url, callers, seconds, stems. */
import { askFor, lookUpDeps } from './callers.ts';
import { openBench } from './world.ts';

const [url = '', callers, seconds, stems] = process.argv.slice(2);
const db = await openBench(url);
const deps = lookUpDeps(db);
const options = { callers: Number(callers), seconds: Number(seconds), stems: Number(stems) };
await askFor(deps, options);
process.stdout.write('ready\n');
// All begin together: the parent says when.
process.stdin.once('data', () => {
  void askFor(deps, options).then(async ({ perSecond, p50, p99 }) => {
    process.stdout.write(`${JSON.stringify({ perSecond, p50, p99 })}\n`);
    await db.close();
    process.stdin.destroy();
  });
});
