import type { RawRecord } from '../lab/chaos/walk.ts';
import type { Entry } from '../lab/operator.ts';

/** An entry at this real second; policy time is the same. */
export const entry = (second: number, of: Partial<Entry>): Entry => ({
  id: `${second * 1_000}-0`,
  at: second * 1_000,
  campaign: 'chaos',
  client: null,
  version: null,
  who: 'orchestrator',
  from: 'running',
  to: 'running',
  because: '',
  evidence: null,
  ...of,
});
export const begins = (second: number, client: string): Entry =>
  entry(second, { client, version: 1, from: 'waiting', to: 'looking' });
export const record = (client: string, wave: number, end = 'upgraded', fields: object = {}): RawRecord =>
  ({
    client,
    campaign: 'chaos',
    upgrade: { wave, state: { phase: 'settled', end } },
    fields,
  }) as unknown as RawRecord;
export const whats = (faults: readonly { readonly what: string }[]): readonly string[] =>
  faults.map(({ what }) => what);
