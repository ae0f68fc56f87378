/** A way to a server that a test can make fail as networks do. */
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

export interface Proxy {
  /** The server's address, by way of the proxy. */
  readonly url: string;
  /** Every connection so far is gone, and says so only when something is next sent down it. */
  resetAll(also?: boolean): void;
  /** Every connection so far goes silent: nothing comes back, and no refusal. */
  silenceAll(): void;
  close(): void;
}

/** Starts a proxy to a database server. */
export async function proxyTo(url: string): Promise<Proxy> {
  const real = new URL(url);
  const sockets = new Set<Socket>();
  let reset = new Set<Socket>();
  let resetNew = false;
  const server = createServer((near) => {
    const far = connect(Number(real.port), real.hostname);
    for (const one of [near, far]) sockets.add(one.on('error', () => undefined));
    let seen = 0;
    near.on('data', (data: Buffer) => {
      // A new connection may still be made: what is reset then is the statement that follows.
      if (reset.has(near) || (resetNew && ++seen > 1)) near.resetAndDestroy();
      else far.write(data);
    });
    near.on('close', () => far.destroy());
    far.pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const through = new URL(real);
  through.port = String((server.address() as AddressInfo).port);
  return {
    url: through.href,
    resetAll(also = false) {
      reset = new Set(sockets);
      resetNew = also;
    },
    silenceAll() {
      for (const socket of sockets) socket.pause().unpipe();
    },
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
