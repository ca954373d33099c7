import type { Observer } from '../../../orchestrator/simulation/observer.ts';
import type { Entry } from '../operator.ts';

/** One thing that became of a client. Policy time. */
export interface Step {
  readonly at: number;
  readonly from: string;
  readonly to: string;
  readonly because: string;
}

/** What became of each client, in the order of time. */
export type Histories = ReadonlyMap<string, readonly Step[]>;

/** The histories of a real campaign, from its audit. */
export function realHistories(entries: readonly Entry[], campaign: string): Histories {
  const histories = new Map<string, Step[]>();
  for (const entry of entries) {
    if (entry.client === null || entry.campaign !== campaign) continue;
    const { at, from, to, because } = entry;
    const own = histories.get(entry.client) ?? [];
    histories.set(entry.client, own);
    own.push({ at, from, to, because });
  }
  return histories;
}

/** Notes the histories of a simulated campaign. */
export class HistoryObserver implements Observer {
  readonly histories = new Map<string, Step[]>();

  upgrade({ client, before, after, at, because }: Parameters<NonNullable<Observer['upgrade']>>[0]): void {
    const own = this.histories.get(client.client) ?? [];
    this.histories.set(client.client, own);
    own.push({ at, from: before?.state.phase ?? 'waiting', to: after.state.phase, because });
  }
}

/**
 * Words without what differs between two runs of the same campaign: moments, spans and numbers of
 * processes.
 */
const plainWords = (because: string): string =>
  because
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/\bpid \d+/g, 'pid N')
    .replaceAll(/\b\d+ (?:ms|s|min|h|days?)\b(?: \d+ (?:s|min|h)\b)?/g, 'SPAN');

/** What a client looked for and found is one thing: how often it was looked at is another. */
const isSame = (one: Step, other: Step): boolean =>
  one.to === other.to && plainWords(one.because) === plainWords(other.because);

/** Steps so far apart are another history, even with the same words. */
const apartMs = 2 * 3_600_000;

/** Where the two histories of a client part, in words; null = they are the same. */
export function firstDifference(
  client: string,
  real: readonly Step[],
  simulated: readonly Step[],
  startAt: number,
): string | null {
  const length = Math.max(real.length, simulated.length);
  for (let at = 0; at < length; at += 1) {
    const [one, other] = [real[at], simulated[at]];
    if (one !== undefined && other !== undefined && isSame(one, other) && !isApart(one, other)) continue;
    const shown = (step: Step | undefined): string =>
      step === undefined ? 'nothing' : shownStep(step, startAt);
    const before =
      at === 0 ? '' : `; before it ${shown(real[at - 1])}, simulated ${shown(simulated[at - 1])}`;
    return `${client}, step ${at + 1}: ${shown(one)}, simulated ${shown(other)}${before}`;
  }
  return null;
}

const isApart = (one: Step, other: Step): boolean => Math.abs(one.at - other.at) > apartMs;

const shownStep = ({ at, to, because }: Step, startAt: number): string =>
  `${((at - startAt) / 3_600_000).toFixed(2)} h ${to} (${because})`;
