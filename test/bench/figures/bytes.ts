import { type Figure, figureOf } from '../figure.ts';
import type { Memory } from '../memory.ts';

interface Counted {
  readonly memory: Memory;
  /** What Redis used before there was any client. */
  readonly base: number;
  readonly clients: number;
  readonly atMost?: number;
}

/**
 * Everything that a client is in Redis: its fleet record, its place in the campaign, its record, its index and its BullMQ job. What
 * grows with what was done to it (audit, evidence) is shown apart.
 */
export function perClientFigure(state: string, { memory, base, clients, atMost }: Counted): Figure {
  const apart = (memory.families.get('audit') ?? 0) + (memory.families.get('evidence') ?? 0);
  return figureOf({
    name: `bytes per ${state} client, fleet record and all`,
    unit: 'B',
    runs: [(memory.total - base - apart) / clients],
    ...(atMost === undefined
      ? {}
      : { aim: { text: `<= ${atMost} B`, met: ({ value }: { value: number }) => value <= atMost } }),
  });
}

/** By kind of key, the largest first. Lists of free memory and tables of the key space belong to none of them. */
export const familyFigures = (state: string, { families }: Memory, clients: number): readonly Figure[] =>
  [...families]
    .filter(([, bytes]) => bytes / clients >= 1)
    .toSorted(([, a], [, b]) => b - a)
    .map(([family, bytes]) =>
      figureOf({
        name: `  of these ${state}: ${meaning[family] ?? family}`,
        unit: 'B per client',
        runs: [bytes / clients],
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
