/**
 * A load balancer as plain as they come: a connection upstream for each request, taken in turn; where
 * none can be opened, the next process is asked. What was sent once is never sent again.
 */
import { createServer, request } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Balancer {
  readonly port: number;
  close(): Promise<void>;
}

/** @param ports those of the processes, which may change while requests go on */
export async function balance(ports: () => readonly number[]): Promise<Balancer> {
  let turn = 0;
  const pass = (incoming: IncomingMessage, outgoing: ServerResponse, body: Buffer, left: number): void => {
    const all = ports();
    const port = all[turn++ % all.length] ?? 0;
    const { url: path = '/', method, headers } = incoming;
    const upstream = request({
      host: '127.0.0.1',
      port,
      path,
      method,
      headers: { ...headers, connection: 'close' },
      agent: false,
    });
    upstream.once('response', (response) => {
      const kept = { ...response.headers };
      delete kept.connection;
      outgoing.writeHead(response.statusCode ?? 502, kept);
      // Whoever asked must see that the rest does not come.
      response.once('error', () => outgoing.destroy());
      response.pipe(outgoing);
    });
    upstream.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' && left > 0) return pass(incoming, outgoing, body, left - 1);
      if (outgoing.headersSent) outgoing.destroy();
      else outgoing.writeHead(502).end();
    });
    upstream.end(body);
  };
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.once('end', () => pass(incoming, outgoing, Buffer.concat(chunks), 2));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
