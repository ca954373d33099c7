import type { ClientTruth, FleetTruth } from '../../fleet/truth.ts';
import type { Entry } from '../../operator.ts';
import type { RawRecord } from '../walk.ts';
import { about, type Fault } from './line.ts';

/**
 * Audit entries by client, oldest first: those of its upgrades. A client that joins a campaign, or
 * leaves it or the fleet, has entries that belong to no record.
 */
export type Stories = ReadonlyMap<string, readonly Entry[]>;

export function storiesOf(entries: readonly Entry[]): Stories {
  const stories = new Map<string, Entry[]>();
  for (const entry of entries) {
    if (entry.client === null || entry.version === null) continue;
    const story = stories.get(entry.client) ?? [];
    stories.set(entry.client, story);
    story.push(entry);
  }
  return stories;
}

/**
 * Every version of a record has its entry, and each entry begins in the state in which the one
 * before ended.
 */
export const auditFaults = (stories: Stories, records: Iterable<RawRecord>): readonly Fault[] =>
  [...records].flatMap((record) => {
    const story = stories.get(record.client)?.filter(({ campaign }) => campaign === record.campaign) ?? [];
    return about(record.client, gapsIn(story, record));
  });

function gapsIn(story: readonly Entry[], { version, upgrade }: RawRecord): readonly string[] {
  const breaks = story.flatMap(({ from, because }, at) => {
    const before = at === 0 ? 'waiting' : story[at - 1]?.to;
    return from === before
      ? []
      : [`entry ${at + 1} goes on from ${from}, the one before ended ${before} (${because})`];
  });
  const last = story.at(-1)?.to;
  const versions = story.map((entry) => entry.version);
  const isWhole = versions.length === version && versions.every((each, at) => each === at + 1);
  return [
    ...breaks,
    ...(isWhole ? [] : [`entries of versions ${versions.join(', ')}; its record has ${version}`]),
    ...(last === upgrade.state.phase
      ? []
      : [`its record is ${upgrade.state.phase}, its last entry ${last ?? 'none'}`]),
  ];
}

/** The state that the same driver must have committed before it sends this command to a client. */
export const committedAs: Readonly<Partial<Record<ClientTruth['journal'][number]['op'], string>>> = {
  mark: 'marking',
  runUpdate: 'updating',
  restart: 'ordering',
  notify: 'notifying',
};

/**
 * Every command that begins something on a client has a commit of its own: no driver acts before it
 * commits, and none sends a command twice.
 * @param mayForget whether Redis was killed so soon after this moment (real time) that it may have
 * lost the commit
 */
export const blindCommands = (
  truth: FleetTruth,
  stories: Stories,
  mayForget: (at: number) => boolean = () => false,
): readonly Fault[] =>
  truth.clients.flatMap((client) =>
    about(client.client, blindOn(client, stories.get(client.client) ?? [], mayForget)),
  );

function blindOn(
  { journal }: ClientTruth,
  story: readonly Entry[],
  mayForget: (at: number) => boolean,
): readonly string[] {
  const sent = new Map<string, number>();
  for (const { op, fence, beganAt } of journal) {
    const to = committedAs[op];
    if (to !== undefined && !mayForget(beganAt))
      sent.set(`${fence.owner} ${to} ${op}`, (sent.get(`${fence.owner} ${to} ${op}`) ?? 0) + 1);
  }
  return [...sent].flatMap(([name, times]) => {
    const [owner, to, op] = name.split(' ');
    const commits = story.filter((entry) => entry.who === `worker ${owner}` && entry.to === to).length;
    return times <= commits
      ? []
      : [`${op} was sent ${times} times by ${owner}, who committed ${to} ${commits} times`];
  });
}
