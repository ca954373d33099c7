import { runProcess } from '../../shared/run-process.ts';
import { ok } from '../../shared/errors.ts';
import { runWorker } from '../../workers/main.ts';
import { inProcessGateway } from './gateway/gateway.ts';

/** What the bench asks of a worker: to tell nothing, the next look only, or every look. */
export type Tell = 'nothing' | 'next' | 'all';
/** A look, by the clock that all processes of a machine share. */
export interface Looked {
  readonly client: string;
  readonly atNs: string;
}

let tell: Tell = 'nothing';
process.on('message', (asked: Tell) => (tell = asked));

function looked(client: string): void {
  if (tell === 'nothing') return;
  if (tell === 'next') tell = 'nothing';
  process.send?.({ client, atNs: String(process.hrtime.bigint()) } satisfies Looked);
}

// The worker as it is, with clients that are in this process.
await runProcess(
  'worker',
  (config, log) => runWorker(config, log, () => ok(inProcessGateway(looked))),
  () => 'ready',
);
