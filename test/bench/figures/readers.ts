import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { urlOf } from '../../lab/installation.ts';
import { type LabProcess, startProcess } from '../../lab/process.ts';
import type { Bench } from '../bench.ts';
import { comingName } from '../rollout.ts';

/** Those who look on, in a process of their own. */
export interface Readers {
  /** Readers of events that take what they are sent. */
  readonly watchers: number;
  /** Readers of events that take nothing. */
  readonly stalled: number;
  /** Reads of the status of the campaign that begins next. */
  readonly readsPerSecond: number;
}

/** Starts the readers, and returns when all are connected. */
export function startReaders({ installation, orchestrator }: Bench, readers: Readers): Promise<LabProcess> {
  const given = {
    ...readers,
    url: urlOf(orchestrator),
    token: readFileSync(join(installation.dataDir, 'token'), 'utf8').trim(),
    // Of the campaign that is under way meanwhile.
    path: `/v1/campaigns/${comingName()}`,
  };
  return startProcess({
    name: 'readers',
    args: [join(import.meta.dirname, '../reader-process.ts'), JSON.stringify(given)],
    env: {},
    logFile: join(installation.dataDir, 'readers.log'),
    readyWhen: 'readers are connected',
  });
}
