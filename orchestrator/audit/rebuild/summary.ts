import type { Chain, Verdict } from '../format/verify-chain.ts';
import { rebuiltCampaign } from '../../domain/rebuilt.ts';
import type { CampaignState } from '../../../shared/domain/campaign/campaign.ts';
import type { Halt } from '../../../shared/domain/campaign/halt.ts';
import { isoOf } from '../../../shared/domain/time/iso-time.ts';
import { hooksOf } from './put-back-control.ts';
import type { Counts } from './counts.ts';
import type { Snapshot } from './snapshot.ts';

/** What was put back, or would be put back, and how far the files go. */
export interface Rebuilt {
  readonly isWritten: boolean;
  readonly clients: number;
  readonly releases: number;
  readonly campaigns: readonly {
    readonly campaign: string;
    readonly status: CampaignState['status'];
    readonly clients: number;
    readonly settled: number;
    /** Begun and not settled: a look comes before anything else. */
    readonly lookedAt: number;
    readonly waiting: number;
    /** Hooks of which only a person knows what their commands have done. */
    readonly unknownHooks: readonly string[];
  }[];
  /** Limits of logon servers over all campaigns. */
  readonly serverLimits: number;
  /** Commands that wait for the approval of another person, or that have it and come next. */
  readonly requests: number;
  /** Names of schedules. They are paused. */
  readonly schedules: readonly string[];
  /** Everything was halted, and stays so until a person ends the halt; null = it was not. */
  readonly halt: Halt | null;
  /** The end of each chain: no file holds what was done afterwards. */
  readonly ends: readonly { readonly shard: number; readonly block: number; readonly at: string }[];
  /** The same in words. */
  readonly gap: string;
  /** What no file holds: it is gone, or found out again. */
  readonly notRestored: readonly string[];
  /** What the files cannot prove, and which of them were cut. */
  readonly notes: readonly string[];
}

const notRestored: readonly string[] = [
  'surveys and the last looks of clients: look again with "servpack look"',
  'check-ins that no worker has read',
  'what was known of the copies of releases: the orchestrator checks each again',
  'what stop rules have counted: they count from the resume of their campaign on',
  'forecasts: the leader makes them again; how earlier ones held is lost',
];

function endsOf(chains: readonly Chain[]): Rebuilt['ends'] {
  return chains.flatMap(({ shard, last }) =>
    last === null ? [] : [{ shard, block: last.block, at: isoOf(last.lastAt) }],
  );
}

export function gapOf(chains: readonly Chain[], counts: ReadonlyMap<string, Counts>): string {
  const ends = endsOf(chains).map(({ shard, block, at }) => `block ${block} of shard ${shard}, ${at}`);
  const all = [...counts.values()];
  const begun = all.reduce((sum, { lookedAt }) => sum + lookedAt, 0);
  const waiting = all.reduce((sum, each) => sum + each.waiting, 0);
  return (
    `the audit ends at ${ends.join(' and ')}; what happened after is not in it: ` +
    `${many(begun, 'upgrade')} may have gone on, and ${begunSince(waiting)}`
  );
}

const begunSince = (waiting: number): string =>
  waiting === 1
    ? '1 waiting client may have been begun'
    : `of ${many(waiting, 'waiting client')} some may have been begun`;

/** `1 client`, `4,100 clients` */
export const many = (count: number, what: string): string =>
  `${count.toLocaleString('en-US')} ${what}${count === 1 ? '' : 's'}`;

export function summary(
  snapshot: Snapshot,
  counts: ReadonlyMap<string, Counts>,
  chains: readonly Chain[],
  gap: string,
): Omit<Rebuilt, 'isWritten' | 'notes'> {
  const { campaigns, fleet, gone, releases, picks, halt, control } = snapshot;
  const hooks = hooksOf(snapshot, counts, 0);
  return {
    clients: fleet.size - gone.filter((client) => fleet.has(client)).length,
    releases: releases.size,
    campaigns: [...campaigns].map(([campaign, { campaign: found }]) => ({
      campaign,
      status: rebuiltCampaign(found, gap, 0).state.status,
      clients: picks.get(campaign)?.size ?? 0,
      ...(counts.get(campaign) ?? { settled: 0, lookedAt: 0, waiting: 0 }),
      unknownHooks: (hooks.get(campaign) ?? [])
        .filter(({ run }) => run.state === 'unknown')
        .map(({ run }) => run.hook),
    })),
    serverLimits: control.limits.length,
    requests: control.requests.length,
    schedules: [...control.schedules.keys()].toSorted(),
    halt,
    ends: endsOf(chains),
    gap,
    notRestored,
  };
}

export const notesOf = ({ torn, notes }: Verdict): readonly string[] => [
  ...torn.map(
    ({ file, line }) =>
      `${file} ends in the middle of a block: what stands there from line ${line} on is not restored`,
  ),
  ...notes,
];
