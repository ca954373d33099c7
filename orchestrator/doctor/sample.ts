import { hash } from 'node:crypto';
import type { OperatorStore } from '../../shared/store/store.ts';

export interface Sample {
  readonly clients: readonly string[];
  readonly total: number;
}

/**
 * Draws this many clients by chance of the seed. The same seed and fleet give the same clients, in
 * whatever order the fleet is read.
 */
export async function sampleOf(store: OperatorStore, count: number, seed: string): Promise<Sample> {
  let kept: { readonly client: string; readonly draw: string }[] = [];
  let total = 0;
  const cut = (): void => void (kept = kept.sort((a, b) => (a.draw < b.draw ? -1 : 1)).slice(0, count));
  for await (const { client } of store.fleet()) {
    total += 1;
    kept.push({ client, draw: hash('sha256', `${seed}\n${client}`) });
    if (kept.length >= count + 10_000) cut();
  }
  cut();
  return { clients: kept.map(({ client }) => client), total };
}
