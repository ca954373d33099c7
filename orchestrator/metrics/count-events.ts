import type { OrchestratorMetrics } from './open-metrics.ts';

/** What the hub of the events counts. */
export interface EventFigures {
  /** So many streams are open now. */
  streams(open: number): void;
  /** One stream was sent something; `isTaken`: its reader was not too far behind to get it. */
  sent(isTaken: boolean): void;
  /**
   * Changes were sent.
   * @param ids the newest entries of the audit that they bring, one of each shard
   * @param now real time in milliseconds
   */
  lag(ids: readonly string[], now: number): void;
}

/** Without metrics nothing is counted. */
export function eventFigures(metrics: Pick<OrchestratorMetrics, 'figures'> | undefined): EventFigures {
  if (metrics === undefined) return { streams: () => undefined, sent: () => undefined, lag: () => undefined };
  const { eventConnections, events, eventsDropped, eventLagSeconds } = metrics.figures;
  return {
    streams: (open) => eventConnections.set(open),
    sent: (isTaken) => (isTaken ? events : eventsDropped).inc(),
    lag: (ids, now) => {
      const newest = Math.max(...ids.map((id) => Number.parseInt(id, 10)));
      eventLagSeconds.observe(Math.max(0, now - newest) / 1_000);
    },
  };
}
