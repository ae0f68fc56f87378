/** Ports for programs that are told on which to listen. */
import { createServer } from 'node:net';

// Below the ports that Linux usually gives to whoever asks for any: of those, one that is free now may be somebody
// else's a moment later. Processes that run beside one another begin a hundred apart.
const [firstPort, ports] = [20_000, 12_000];
let nextPort = process.pid * 101;

/** A port that nobody uses now, and that is not given out again in this process. @throws Error when all are taken */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < ports; tries++) {
    const port = firstPort + (nextPort++ % ports);
    if (await isFree(port)) return port;
  }
  throw new Error('Every port is taken');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
