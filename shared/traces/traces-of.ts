import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { Traces } from './traces.ts';

/** Where a process sends its spans; what does so is loaded only where the setting asks for it. */
export async function tracesOf(
  { traces, prefix }: Pick<Config, 'traces' | 'prefix'>,
  role: 'orchestrator' | 'worker',
  log: Logger,
): Promise<Traces | undefined> {
  if (traces === null) return undefined;
  const { openTraces } = await import('./open-traces.ts');
  log.info({ to: new URL(traces.url).origin, ratio: traces.ratio }, 'sends traces');
  return openTraces({ ...traces, role, prefix, log });
}
