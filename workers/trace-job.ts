import { lifeOf } from '../shared/domain/campaign/life.ts';
import type { Activation } from '../shared/store/types.ts';
import { jobId } from '../shared/queues/jobs.ts';
import type { Traces } from '../shared/traces/traces.ts';
import type { ActivationEnd } from './context.ts';

/**
 * Runs the activation of a job, with a span of its own trace that is linked to its campaign. As a
 * child it would make one trace of weeks. Without `traces` it only runs.
 */
export async function traceJob(
  traces: Traces | undefined,
  job: Activation,
  run: () => Promise<ActivationEnd>,
): Promise<void> {
  if (traces === undefined) return void (await run());
  const startedAt = Date.now();
  const since = performance.now();
  const { campaign } = job.key;
  const destination = `servpack.${job.queue}`;
  const note = (end: string, failed?: string): void =>
    traces.ended({
      name: `${destination} process`,
      kind: 'consumer',
      startedAt,
      durationMs: performance.now() - since,
      attributes: {
        'messaging.system': 'bullmq',
        'messaging.destination.name': destination,
        'messaging.operation.name': 'process',
        'messaging.operation.type': 'process',
        'messaging.message.id': jobId(job),
        'servpack.campaign': campaign,
        'servpack.end': end,
      },
      links: [traces.idsOf(campaign, lifeOf(job.activation))],
      failed,
    });
  try {
    const end = await run();
    note(end, end === 'lost' ? end : undefined);
  } catch (error) {
    // The text of an error may hold what should not leave; the log has it.
    note('failed', error instanceof Error ? error.name : 'unknown');
    throw error;
  }
}
