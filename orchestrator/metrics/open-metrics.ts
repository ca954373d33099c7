import { Gauge, Registry } from '@prometheus-io/client';
import type { MetricsConfig } from '../../shared/metrics/settings.ts';
import { openNodeFigures, openText } from '../../shared/metrics/registry.ts';
import { keepReadings } from './keep-readings.ts';
import { openProcessFigures, type ProcessFigures } from './process-figures.ts';
import type { QueuePlace } from '../bullmq-queues.ts';
import { openQueueFigures } from './queue-figures.ts';
import { readRecords, type RecordSource } from './read-records.ts';
import { textOf } from './text-of.ts';

/** What an orchestrator measures, and its answer to a scrape. */
export interface OrchestratorMetrics {
  /** Counters and histograms of this process, for those who have something to count. */
  readonly figures: ProcessFigures;
  /**
   * Everything in the text format of Prometheus. Rejects never: what cannot be read is left out.
   */
  text(): Promise<string>;
  /** Whether the API answers it, beside a port of its own. */
  readonly isInApi: boolean;
  close(): Promise<void>;
}

export interface MetricsOptions {
  readonly source: Omit<RecordSource, 'servers'>;
  readonly place: QueuePlace;
  readonly config: MetricsConfig;
  /** Whether the API listens on loopback alone. */
  readonly isApiLocal: boolean;
  readonly leads: () => boolean;
}

/**
 * The metrics of an orchestrator, whether it leads or not. Records and queues are read when
 * somebody scrapes, and at most every five seconds.
 */
export function openMetrics({
  source,
  place,
  config,
  isApiLocal,
  leads,
}: MetricsOptions): OrchestratorMetrics {
  const { registry, ...figures } = openProcessFigures(leads);
  const nodeFigures = openNodeFigures();
  const queues = openQueueFigures(place);
  const records = keepReadings(async () => textOf(await readRecords({ ...source, servers: config.servers })));
  const queueText = keepReadings(() => queues.text());
  const text = openText(async () => {
    const [ofRecords, ofQueues] = await Promise.all([records(), queueText()]);
    return [
      await registry.metrics(),
      await ageText(ofRecords?.ageMs ?? null),
      ofRecords?.value ?? '',
      ofQueues?.value ?? '',
      await nodeFigures(),
    ];
  });
  return {
    figures,
    text,
    isInApi: config.listen === null && isApiLocal,
    close: () => queues.close(),
  };
}

/** Whether the figures of the records are there, and of when. */
async function ageText(ageMs: number | null): Promise<string> {
  const registry = new Registry();
  const registers = [registry];
  new Gauge({
    name: 'servpack_records_read',
    help: '1 when the figures of the records are in this answer, 0 when Redis does not give them.',
    registers,
  }).set(ageMs === null ? 0 : 1);
  if (ageMs !== null)
    new Gauge({ name: 'servpack_records_age_seconds', help: 'How old these figures are.', registers }).set(
      ageMs / 1_000,
    );
  return registry.metrics();
}
