import { type Figure, figureOf } from '../figure.ts';
import type { Memory, Share } from '../memory.ts';

interface Aim {
  readonly atMost?: number;
  /** What a bare queue keeps for a job in the same state, and which one that is. */
  readonly raw?: { readonly name: string; readonly bytes: number };
}

/**
 * Everything that a client is in Redis: its fleet record, its place in the campaign, its record,
 * its index and its BullMQ job. Audit and evidence grow with what was done to the client and are
 * shown apart.
 */
export const bytesFigures = (state: string, share: Share, { atMost, raw }: Aim = {}): readonly Figure[] => [
  figureOf({
    name: `bytes per ${state} client, fleet record and all`,
    unit: 'B',
    runs: [share.bytes],
    ...(raw === undefined ? {} : { limit: { name: raw.name, runs: [raw.bytes] } }),
    ...(atMost === undefined
      ? {}
      : { aim: { text: `<= ${atMost} B`, met: ({ value }: { value: number }) => value <= atMost } }),
  }),
  ...familyFigures(state, share),
];

/**
 * By kind of key, the largest first. Lists of free memory and tables of the key space belong to no
 * kind.
 */
const familyFigures = (state: string, { families }: Share): readonly Figure[] =>
  [...families]
    .filter(([, bytes]) => bytes >= 1)
    .toSorted(([, a], [, b]) => b - a)
    .map(([family, bytes]) =>
      figureOf({
        name: `  of these ${state}: ${meaning[family] ?? family}`,
        unit: 'B per client',
        runs: [bytes],
      }),
    );

const meaning: Readonly<Record<string, string>> = {
  fleet: 'fleet record',
  members: 'place in the campaign',
  waiting: 'queue of the waiting',
  claims: 'claim of the campaign',
  upgrade: 'record',
  due: 'due index',
  q: 'BullMQ job',
  audit: 'audit (apart)',
  evidence: 'evidence (apart)',
};

export const auditFigure = (state: string, { families, auditEntries }: Memory): Figure =>
  figureOf({
    name: `bytes per audit entry (all ${state})`,
    unit: 'B',
    runs: [(families.get('audit') ?? 0) / auditEntries],
    aim: { text: '<= 320 B', met: ({ value }) => value <= 320 },
  });
