import type { FleetAddress } from '../../../workers/gateways/simulated/connection.ts';
import { Connection } from '../../../workers/gateways/simulated/connection.ts';
import type { FleetControl } from './control.ts';
import type { ClientTruth, FleetSummary, FleetTruth } from './truth.ts';

/** A client with a long journal takes some 10 KB, and a line has a limit. */
const pageSize = 500;

/**
 * The control operations on a fleet in another process. Its answers are the lab's own, so they are
 * typed here and not checked. Throws when the fleet has ended.
 */
export function connectFleetControl(address: FleetAddress): FleetControl & { close(): Promise<void> } {
  const connection = new Connection({ host: '127.0.0.1', ...address });
  const never = new AbortController().signal;

  async function ask(body: Readonly<Record<string, unknown>>): Promise<unknown> {
    const answer = await connection.call(body, never);
    if (!answer.ok) throw new Error(`the fleet does not answer: ${answer.error.message}`);
    return answer.value;
  }

  return {
    truth: async () => {
      const page = async (from: number) =>
        (await ask({ control: 'truth', from, count: pageSize })) as FleetTruth;
      const { release, ...first } = await page(0);
      const clients = [...first.clients];
      let { now } = first;
      while (clients.length > 0 && clients.length % pageSize === 0) {
        const next = await page(clients.length);
        if (next.clients.length === 0) break;
        clients.push(...next.clients);
        ({ now } = next);
      }
      return { now, release, clients };
    },
    clientTruth: async (client) => (await ask({ control: 'clientTruth', client })) as ClientTruth | null,
    summary: async () => (await ask({ control: 'summary' })) as FleetSummary,
    hold: async (order) => {
      const hold = await ask({ control: 'hold', order });
      return {
        reached: async () => void (await ask({ control: 'reached', hold })),
        release: async () => void (await ask({ control: 'release', hold })),
      };
    },
    fault: async (order) => {
      const fault = await ask({ control: 'fault', order });
      return {
        struck: async () => void (await ask({ control: 'struck', fault })),
        lift: async () => void (await ask({ control: 'lift', fault })),
      };
    },
    close: () => connection.close(),
  };
}
