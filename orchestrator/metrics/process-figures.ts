import { Counter, Gauge, Histogram } from '@prometheus-io/client';
import { leasesLostIn, openRegistry } from '../../shared/metrics/process-registry.ts';

/** Seconds. Each bucket is a series for every route, so there are few. */
const requestBuckets = [0.005, 0.025, 0.1, 0.5, 2.5, 10];
/** A pause takes hold within a second. */
const pauseBuckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const lagBuckets = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/**
 * The counters and histograms of an orchestrator process, each as an object of its own registry.
 * They begin at 0 with the process.
 */
export function openProcessFigures(leads: () => boolean) {
  const registry = openRegistry('orchestrator');
  const registers = [registry];
  const leader: Gauge = new Gauge({
    name: 'servpack_leader',
    help: '1 while this orchestrator leads.',
    registers,
    collect: () => leader.set(leads() ? 1 : 0),
  });
  return {
    registry,
    requests: new Counter({
      name: 'servpack_http_requests_total',
      help: 'Answers of the API by route.',
      labelNames: ['route', 'method', 'status'],
      registers,
    }),
    requestSeconds: new Histogram({
      name: 'servpack_http_request_duration_seconds',
      help: 'Time from a request to the end of its answer.',
      labelNames: ['route'],
      buckets: requestBuckets,
      registers,
    }),
    pauseSeconds: new Histogram({
      name: 'servpack_pause_latency_seconds',
      help: 'Time from the request of a halt, pause, hold or abort until every shard has it: from then on nothing begins.',
      buckets: pauseBuckets,
      registers,
    }),
    authFailures: new Counter({
      name: 'servpack_auth_failures_total',
      help: 'Requests that were refused because of who asks.',
      labelNames: ['reason'],
      registers,
    }),
    checkIns: new Counter({
      name: 'servpack_checkins_total',
      help: 'Clients that reported in by themselves, by what became of it.',
      labelNames: ['outcome'],
      registers,
    }),
    leasesLost: leasesLostIn(registry),
    deliveries: new Counter({
      name: 'servpack_notify_deliveries_total',
      help: 'Tries to deliver a message.',
      labelNames: ['form', 'outcome'],
      registers,
    }),
    forwarded: new Counter({
      name: 'servpack_audit_forwarded_total',
      help: 'Audit entries that were sent to their receiver, by what became of it.',
      labelNames: ['outcome'],
      registers,
    }),
    eventConnections: new Gauge({
      name: 'servpack_sse_connections',
      help: 'Open streams of events.',
      registers,
    }),
    events: new Counter({
      name: 'servpack_sse_events_total',
      help: 'How often a stream was sent what has changed.',
      registers,
    }),
    eventsDropped: new Counter({
      name: 'servpack_sse_dropped_total',
      help: 'How often a stream was sent nothing because its reader was too far behind.',
      registers,
    }),
    eventLagSeconds: new Histogram({
      name: 'servpack_event_lag_seconds',
      help: 'Time from a change to its event.',
      buckets: lagBuckets,
      registers,
    }),
  };
}

export type ProcessFigures = Omit<ReturnType<typeof openProcessFigures>, 'registry'>;
