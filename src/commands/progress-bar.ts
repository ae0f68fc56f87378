/** A progress bar with rate and time left, on a terminal. The only home of cli-progress. */
import cliProgress from 'cli-progress';
import type { Progress } from './bundles.ts';

/** A bar on the standard error stream; nothing is drawn where that is not a terminal. */
export function progressBar(): Progress {
  const bar = new cliProgress.SingleBar(
    {
      format: '{part} {bar} {percentage}% | {rows} rows, {rate} rows a second | {eta_formatted} left',
      stream: process.stderr,
      hideCursor: true,
      noTTYOutput: false,
      barsize: 24,
    },
    cliProgress.Presets.shades_classic,
  );
  const started = process.hrtime.bigint();
  let running = false;
  return {
    update(bytes, totalBytes, rows, part) {
      const seconds = Number(process.hrtime.bigint() - started) / 1e9;
      const rate = Math.round(rows / Math.max(seconds, 0.001));
      const payload = { part: part.padEnd(17), rows: rows.toLocaleString('en-GB'), rate: rate.toLocaleString('en-GB') };
      if (running) return bar.update(bytes, payload);
      bar.start(Math.max(totalBytes, 1), bytes, payload);
      running = true;
    },
    stop() {
      if (running) bar.stop();
    },
  };
}
