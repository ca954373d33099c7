import { createHash } from 'node:crypto';
import type { Entry } from '../../operator.ts';
import type { EditAsked } from '../control/ledger.ts';
import type { Stories } from './audit.ts';
import { about, type Fault, general } from './line.ts';
import { activationsIn, realTimeOf } from './real-time.ts';

/** The editions of the main campaign: asked for, written in the audit, and kept in Redis. */
export interface EditionEvidence {
  /** Entries about the whole campaign, oldest first. */
  readonly entries: readonly Entry[];
  readonly edits: readonly EditAsked[];
  /** The campaign file of each edition that Redis keeps. */
  readonly texts: ReadonlyMap<number, string>;
  /** What the head of the campaign says. */
  readonly present: { readonly edition: number; readonly hash: string };
  /** Whether Redis may have lost what it answered at this moment. */
  readonly mayForget: (at: number) => boolean;
}

interface EditionEntry {
  readonly from: number;
  readonly to: number;
  readonly entry: Entry;
}

const numberIn = (step: string): number | null => {
  const [, digits] = /^edition (\d+)$/.exec(step) ?? [];
  return digits === undefined ? null : Number(digits);
};

export const editionEntries = (entries: readonly Entry[]): readonly EditionEntry[] =>
  entries.flatMap((entry) => {
    const [from, to] = [numberIn(entry.from), numberIn(entry.to)];
    return from === null || to === null || from === to ? [] : [{ from, to, entry }];
  });

/** Every confirmed edit is an edition of its own, in order, and the history has each of them. */
export function editionFaults(evidence: EditionEvidence): readonly Fault[] {
  const { texts, present } = evidence;
  const found = editionEntries(evidence.entries);
  const last = found.at(-1)?.to ?? 0;
  const kept = Array.from({ length: last + 1 }, (_, edition) => edition);
  const hash = createHash('sha256')
    .update(texts.get(last) ?? '')
    .digest('hex');
  return general([
    ...found.flatMap(({ from, to }, at) =>
      from === at && to === at + 1 ? [] : [`entry ${at + 1} of the editions goes from ${from} to ${to}`],
    ),
    ...kept.filter((edition) => !texts.has(edition)).map((edition) => `edition ${edition} is not kept`),
    ...(present.edition === last ? [] : [`edition ${present.edition} is in force, the last one is ${last}`]),
    ...(present.hash === hash ? [] : [`the file in force is not that of edition ${last}`]),
    ...evidence.edits.flatMap((edit) => editFaults(edit, found, evidence)),
    ...orderFaults(evidence),
  ]);
}

function editFaults(
  { reason, confirmed }: EditAsked,
  found: readonly EditionEntry[],
  { mayForget }: EditionEvidence,
): readonly string[] {
  const own = found.filter(({ entry }) => entry.because.endsWith(`; reason: ${reason}`));
  if (own.length > 1) return [`${reason} was applied ${own.length} times`];
  if (confirmed === null || mayForget(confirmed.at)) return [];
  const [first] = own;
  if (first === undefined) return [`${reason} was confirmed and is in no entry`];
  return first.to === confirmed.edition
    ? []
    : [`${reason} was confirmed as edition ${confirmed.edition} and is edition ${first.to}`];
}

function orderFaults({ edits, mayForget }: EditionEvidence): readonly string[] {
  const confirmed = edits.flatMap(({ confirmed: found }) =>
    found === null || mayForget(found.at) ? [] : [found.edition],
  );
  return confirmed.flatMap((edition, at) =>
    at === 0 || edition > (confirmed[at - 1] ?? 0)
      ? []
      : [`edition ${edition} was confirmed after edition ${confirmed[at - 1] ?? 0}`],
  );
}

/** Real time in which no edition in force told users anything. */
export interface Silence {
  readonly from: number;
  readonly to: number;
}

const tellsUsers = (text: string): boolean => /^ladder: .*\bnotify\b/m.test(text);

/** A silence begins when the first edition of it was confirmed: from then on every shard has it. */
export function silencesOf({ entries, edits, texts }: EditionEvidence): readonly Silence[] {
  const found: { from: number; to: number }[] = [];
  let from: number | null = null;
  for (const { to, entry } of editionEntries(entries)) {
    if (tellsUsers(texts.get(to) ?? '')) {
      if (from !== null) found.push({ from, to: realTimeOf(entry) });
      from = null;
    } else from ??= edits.find(({ confirmed }) => confirmed?.edition === to)?.confirmed?.at ?? null;
  }
  return from === null ? found : [...found, { from, to: Number.POSITIVE_INFINITY }];
}

/** An activation that began in a silence, and told users all the same: it had an older edition. */
export const oldEditionFaults = (stories: Stories, silences: readonly Silence[]): readonly Fault[] =>
  [...stories].flatMap(([client, story]) =>
    activationsIn(story).flatMap(({ entries, after }) => {
      const told = entries.find(({ to }) => to === 'notifying');
      if (told === undefined) return [];
      const at = realTimeOf(told);
      const isIn = silences.some(({ from, to }) => after > from && at < to);
      return isIn ? about(client, ['an activation told users under an edition that was not in force']) : [];
    }),
  );
