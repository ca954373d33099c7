import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../../../../shared/errors.ts';
import type { Operator } from '../../operator.ts';

/** An orchestrator refused the request: it runs, and asking another one changes nothing. */
export class Refused extends Error {}

const withinMs = 8_000;
const deadlineMs = 180_000;
const pauseMs = 100;

/**
 * Asks one orchestrator after the other until one of them answers.
 * @throws Refused with the answer of an orchestrator that refuses
 */
export async function askAny(
  operators: readonly Operator[],
  ...[method, path, body]: Parameters<Operator['ask']>
): Promise<unknown> {
  const deadline = Date.now() + deadlineMs;
  for (let n = 0; ; n += 1) {
    try {
      return await operators[n % operators.length]?.ask(method, path, body, withinMs);
    } catch (error) {
      const because = messageOf(error);
      if (/: 4\d\d \{/.test(because)) throw new Refused(because, { cause: error });
      if (Date.now() > deadline) throw error;
      await delay(pauseMs);
    }
  }
}
