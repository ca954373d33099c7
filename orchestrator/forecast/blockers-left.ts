import { fingerprint } from '../../shared/domain/observation/blocker.ts';
import type { DeferralClass } from '../../shared/domain/rules/policy.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { chance } from '../simulation/machines/chance.ts';
import { withoutWaits } from './easing.ts';
import type { LimitLeft } from './limit-left.ts';
import type { ForecastQuestion } from './question.ts';

/** So many blockers, those of most clients, are left out one by one. */
const blockersAtMost = 3;

/** What one blocker is in the way of. */
interface BlockerLeft {
  readonly fingerprint: string;
  /** Unfinished clients that it blocks, and about how many clients will be found blocked by it. */
  readonly now: number;
  readonly toCome: number;
}

/** The blockers of most clients that are not finished: without one, no look finds it. */
export function blockersLeft(question: ForecastQuestion): readonly LimitLeft[] {
  const upgrades = question.upgrades.map(({ upgrade }) => upgrade);
  return rankedBlockers(question, upgrades)
    .slice(0, blockersAtMost)
    .map(({ fingerprint: name, now, toCome }) => ({
      key: `blocker ${name}`,
      limit: easingWords(name, now, toCome),
      isDone: true,
      ease: (asked) => withoutBlocker(asked, name),
    }));
}

function rankedBlockers({ waiting }: ForecastQuestion, upgrades: readonly Upgrade[]): readonly BlockerLeft[] {
  const looked = upgrades.filter(({ memory }) => memory.learned.lastLook !== null);
  const unseen = upgrades.length - looked.length + waiting.flat().length;
  const known = new Set(looked.flatMap(({ memory }) => memory.learned.seen));
  return [...known]
    .map((name) => {
      const met = looked.filter(({ memory }) => memory.learned.seen.includes(name)).length;
      return {
        fingerprint: name,
        now: upgrades.filter((upgrade) => isBlockedBy(upgrade, name)).length,
        toCome: Math.round((unseen * met) / Math.max(1, looked.length)),
      };
    })
    .filter(({ now, toCome }) => now + toCome > 0)
    .toSorted((a, b) => b.now + b.toCome - a.now - a.toCome || (a.fingerprint < b.fingerprint ? -1 : 1));
}

const isBlockedBy = ({ state }: Upgrade, name: string): boolean =>
  state.phase !== 'settled' &&
  'blockers' in state &&
  state.blockers.some((blocker) => fingerprint(blocker) === name);

/** The reason for which the clients of a blocker wait. */
const classOf = (name: string): DeferralClass => (name.startsWith('service ') ? 'service' : 'program');

const verbs: Readonly<Record<string, string>> = { service: 'moving', program: 'closing', file: 'freeing' };

/** `moving pcmsvc32.exe on 1,214 clients`. */
function easingWords(name: string, now: number, toCome: number): string {
  const [kind = ''] = name.split(' ', 1);
  const rest = name.slice(kind.length + 1);
  const what = kind === 'service' ? (/\(([^()]+)\)$/.exec(rest)?.[1] ?? rest) : rest;
  const where =
    now === 0
      ? `about ${clients(toCome)} to come`
      : `${clients(now)}${toCome === 0 ? '' : ` and about ${toCome.toLocaleString('en-US')} to come`}`;
  return `${verbs[kind] ?? 'freeing'} ${what} on ${where}`;
}

const clients = (count: number): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? 'client' : 'clients'}`;

/**
 * The question as if looks did not find the blocker. A client on which it alone was found waits for
 * it no longer; of those that no look has reached, the same share of the blocked ones are free.
 */
function withoutBlocker(question: ForecastQuestion, name: string): ForecastQuestion {
  const kind = classOf(name);
  const found = new Map<string, boolean>();
  let [blocked, alone] = [0, 0];
  for (const { upgrade } of question.upgrades) {
    const { lastLook, seen } = upgrade.memory.learned;
    if (lastLook === null) continue;
    const own = seen.filter((each) => classOf(each) === kind);
    const isAlone = own.length > 0 && own.every((each) => each === name);
    found.set(upgrade.client, isAlone);
    if (own.length > 0) blocked += 1;
    if (isAlone) alone += 1;
  }
  const share = alone / Math.max(1, blocked);
  const isFree = (client: string): boolean =>
    found.get(client) ?? chance(question.seed, client, `without ${name}`) < share;
  return withoutWaits(question, (client, waits) => waits === kind && isFree(client));
}
