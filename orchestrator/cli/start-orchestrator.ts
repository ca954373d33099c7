import type { Logger } from 'pino';
import type { Config } from '../../shared/config.ts';
import type { Fault, Result } from '../../shared/errors.ts';
import { writeAddress } from '../http/address.ts';
import { runOrchestrator, type RunningOrchestrator } from '../main.ts';

/** Starts an orchestrator and leaves its address in the data folder, where the other commands find it. */
export async function startOrchestrator(
  config: Config,
  log: Logger,
): Promise<Result<RunningOrchestrator, Fault>> {
  const running = await runOrchestrator(config, log);
  if (running.ok) writeAddress(config.dataDir, running.value.url);
  return running;
}
