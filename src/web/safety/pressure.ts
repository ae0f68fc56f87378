/** Sends people to the phone while the process is held up. The only home of `@fastify/under-pressure`. */
import underPressure from '@fastify/under-pressure';
import type { FastifyInstance } from 'fastify';
import { HomewardError } from '../../domain/error.ts';

class Overloaded extends HomewardError {
  constructor() {
    super('BUSY');
  }
}

/** Refuses work (503, Retry-After) while the event loop lags more than so many milliseconds. */
export async function refuseUnderPressure(server: FastifyInstance, maxEventLoopDelay = 2_000): Promise<void> {
  await server.register(underPressure, {
    maxEventLoopDelay,
    sampleInterval: 500,
    pressureHandler: async (_request, reply, _type, delay) => {
      // No sample in the last half second, as just after a start: how slow it is, is not known, and
      // nobody is refused for that.
      if (delay === Infinity) return;
      reply.header('Retry-After', '10');
      throw new Overloaded();
    },
  });
}
