/**
 * Other people's HL7 for Node.js: servers that answer a message at once, and readers. Each is asked in the way
 * its own documentation shows, and the quickest there is for these fields.
 */
import { createRequire } from 'node:module';

/** Starts a server that answers every message and keeps nothing. */
type Serve = (port: number) => Promise<void>;

/** Reads a message. @returns PID-3, PID-5 and PV1-2, each at least its first part */
export type Read = (text: string) => readonly string[] | Promise<readonly string[]>;

const require = createRequire(import.meta.url);

/** The names of servers. */
export const servers = ['simple-hl7', '@medplum/hl7'] as const;
export type ServerName = (typeof servers)[number];

const serve: Readonly<Record<ServerName, Serve>> = {
  async 'simple-hl7'(port) {
    const hl7 = load<SimpleHl7>('simple-hl7');
    const app = hl7.tcp();
    app.use((_request, response) => response.end());
    app.start(port);
  },
  async '@medplum/hl7'(port) {
    const { Hl7Server } = load<MedplumHl7>('@medplum/hl7');
    const server = new Hl7Server((connection) => {
      connection.addEventListener('message', ({ message }) => connection.send(message.buildAck()));
    });
    await server.start(port);
  },
};

/** Starts a peer's server in this process. */
export function serveAs(name: ServerName, port: number): Promise<void> {
  return serve[name](port);
}

/** The names of readers, and what makes one ready. */
export const readers = {
  'simple-hl7'() {
    const parser = new (load<SimpleHl7>('simple-hl7').Parser)();
    return (text) => {
      const message = parser.parse(text);
      const pid = message.getSegment('PID');
      // By component it finds nothing in a field that is repeated.
      return [pid.getField(3), pid.getComponent(5, 1), message.getSegment('PV1').getField(2)];
    };
  },
  'node-hl7-client'() {
    const { Message } = load<NodeHl7Client>('node-hl7-client');
    return (text) => {
      const message = new Message({ text });
      return ['PID.3.1', 'PID.5.1', 'PV1.2'].map((path) => message.get(path).toString());
    };
  },
  hl7parser() {
    const { create } = load<Hl7Parser>('hl7parser');
    return (text) => {
      // It takes what stands behind the last line end for a segment without a name.
      const message = create(text.slice(0, -1));
      return [message.get('PID.3.1').toString(), message.get('PID.5.1').toString(), message.get('PV1.2').toString()];
    };
  },
  hl7v2() {
    const { HL7Message } = load<Hl7v2>('hl7v2');
    return (text) => {
      const message = HL7Message.parse(text);
      const pid = message.getSegment('PID');
      return [
        String(pid.field(3).getValue(1)),
        String(pid.field(5).getValue(1, 1)),
        String(message.getSegment('PV1').field(2).getValue()),
      ];
    };
  },
  nodehl7() {
    const Parser = load<NodeHl7>('nodehl7');
    const parser = new Parser({ logger: { error: () => undefined } });
    return async (text) => {
      const message = await parser.parse(text, '');
      const pid = message.get('PID').parts;
      return [String(pid[2]), String(pid[4]), String(message.get('PV1').parts[1])];
    };
  },
  '@medplum/core'() {
    const { Hl7Message } = load<MedplumCore>('@medplum/core');
    return (text) => {
      const message = Hl7Message.parse(text);
      const pid = message.getSegment('PID');
      return [pid.getComponent(3, 1), pid.getComponent(5, 1), message.getSegment('PV1').getComponent(2, 1)];
    };
  },
} satisfies Record<string, () => Read>;

function load<T>(name: string): T {
  try {
    return require(name) as T;
  } catch (error) {
    if ((error as { code?: string }).code !== 'MODULE_NOT_FOUND') throw error;
    throw new Error(`The benchmark needs ${name}, which package.json names for development: run npm ci.`, {
      cause: error,
    });
  }
}

interface SimpleHl7 {
  tcp(): {
    use(handler: (request: unknown, response: { end(): void }) => void): void;
    start(port: number): void;
  };
  Parser: new () => {
    parse(text: string): {
      getSegment(name: string): { getField(at: number): string; getComponent(at: number, part: number): string };
    };
  };
}

interface MedplumHl7 {
  Hl7Server: new (handler: (connection: MedplumConnection) => void) => { start(port: number): Promise<void> };
}

interface MedplumConnection {
  addEventListener(type: 'message', listener: (event: { message: { buildAck(): unknown } }) => void): void;
  send(message: unknown): void;
}

interface NodeHl7Client {
  Message: new (options: { text: string }) => { get(path: string): object };
}

interface Hl7Parser {
  create(text: string): { get(path: string): object };
}

interface Hl7v2 {
  HL7Message: {
    parse(text: string): {
      getSegment(name: string): { field(at: number): { getValue(component?: number, part?: number): unknown } };
    };
  };
}

type NodeHl7 = new (options: object) => {
  parse(text: string, id: string): Promise<{ get(name: string): { parts: readonly (string | readonly string[])[] } }>;
};

interface MedplumCore {
  Hl7Message: { parse(text: string): { getSegment(name: string): { getComponent(at: number, part: number): string } } };
}
