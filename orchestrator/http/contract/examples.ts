import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A request that was sent to an orchestrator, and what it answered. */
export interface Example {
  readonly path?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly answer?: unknown;
}

/** By `operationId`. Recorded from an orchestrator: `npm run openapi:examples`. */
export const readExamples = (): Readonly<Record<string, Example>> =>
  JSON.parse(readFileSync(join(import.meta.dirname, 'examples.json'), 'utf8')) as Record<string, Example>;
