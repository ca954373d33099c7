import { Counter, Gauge, Registry } from '@prometheus-io/client';
import { servpackVersion } from '../version.ts';

/** A registry for the figures of one process, with what the process is. */
export function openRegistry(role: 'orchestrator' | 'worker'): Registry {
  const registry = new Registry();
  const info = new Gauge({
    name: 'servpack_info',
    help: 'The version of this process. Always 1.',
    labelNames: ['version', 'role'],
    registers: [registry],
  });
  info.set({ version: servpackVersion, role }, 1);
  return registry;
}

/** Leases that ended under a driver. Both kinds of process see them. */
export const leasesLostIn = (registry: Registry): Counter<'seen_by'> =>
  new Counter({
    name: 'servpack_leases_lost_total',
    help: 'Leases that ended under a driver: seen by the worker itself, or by the sweep of the leader.',
    labelNames: ['seen_by'],
    registers: [registry],
  });
