import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import type { Gateway } from '../../shared/execution/gateway.ts';
import { openNodeFigures, openText } from '../../shared/metrics/registry.ts';
import type { UpgradeStore } from '../../shared/store/upgrade-store.ts';
import { openFigures } from './figures.ts';
import { measuredGateway } from './measured-gateway.ts';
import { measuredStore } from './measured-store.ts';

/** What a worker measures, and its answer to a scrape. */
export interface WorkerMetrics {
  gateway(gateway: Gateway): Gateway;
  store<Of extends Pick<UpgradeStore, 'begin' | 'commit'>>(store: Of): Of;
  /** A driver has lost its lease. */
  leaseLost(): void;
  /** A transition was committed. */
  committed(before: Upgrade, after: Upgrade): void;
  /**
   * A transition that may be the end of an upgrade was committed.
   * @param admittedAt policy time; absent = not known, and nothing is measured
   */
  ended(before: Upgrade, after: Upgrade, admittedAt: number | undefined): void;
  /** Everything in the text format of Prometheus. */
  text(): Promise<string>;
}

export function openMetrics(): WorkerMetrics {
  const { registry, ...figures } = openFigures();
  const nodeFigures = openNodeFigures();
  return {
    gateway: (gateway) => measuredGateway(gateway, figures),
    store: (store) => measuredStore(store, figures),
    leaseLost: () => figures.leasesLost.inc({ seen_by: 'worker' }),
    committed: ({ state: before }, { state: after }) => {
      if (before.phase !== 'remedying' || after.phase === 'remedying') return;
      const { procedure, direction } = before.journal;
      figures.remediations.inc({ kind: procedure, outcome: direction === 'forward' ? 'done' : 'undone' });
    },
    ended: ({ attempt, memory: { request } }, { state }, admittedAt) => {
      if (state.phase !== 'settled' || admittedAt === undefined) return;
      // A later attempt, and what a person asks for after the end, begin long after the admission.
      if (attempt > 1 || (request !== null && request.kind !== 'end')) return;
      figures.upgradeSeconds.observe({ end: state.end }, (state.at - admittedAt) / 1_000);
    },
    text: openText(async () => [await registry.metrics(), await nodeFigures()]),
  };
}
