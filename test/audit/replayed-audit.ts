import { decideCampaign } from '../../orchestrator/domain/decide-campaign.ts';
import {
  type CampaignLine,
  type LeftLine,
  type PicksLine,
  recordIn,
} from '../../orchestrator/audit/format/attachment-lines.ts';
import { entryOf } from '../../orchestrator/audit/format/entry-line.ts';
import { kindOf } from '../../orchestrator/audit/format/file-lines.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import { countersOf } from '../../shared/domain/upgrade/count-upgrade.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { waitingCounters } from '../../shared/store/admitted.ts';
import type { KeptEntry } from '../../shared/store/seal-store.ts';

/** What the audit of one campaign says when its decisions are made again. */
export interface Replayed {
  /** By position of the wave: its clients, sorted. */
  readonly waves: readonly (readonly string[])[];
  /** The entries that open a wave, which the decider gave again, in order. */
  readonly openings: readonly string[];
  /** Decisions of the orchestrator that the decider gave again, with the same campaign. */
  readonly decisions: number;
  /** What the audit says and the decider does not, in words; empty = they agree. */
  readonly differences: readonly string[];
  /** Clients that had begun before their wave was open. */
  readonly early: readonly string[];
}

interface Block {
  readonly entries: readonly KeptEntry[];
  readonly lines: readonly { readonly kind: string; readonly text: string }[];
}

function blocksOf(lines: readonly string[]): readonly Block[] {
  const blocks: { entries: KeptEntry[]; lines: { kind: string; text: string }[] }[] = [];
  for (const text of lines) {
    const kind = kindOf(Buffer.from(text)) ?? '';
    if (kind === 'block') blocks.push({ entries: [], lines: [] });
    const block = blocks.at(-1);
    if (kind === 'entry') block?.entries.push(entryOf(text, ''));
    else block?.lines.push({ kind, text });
  }
  return blocks;
}

/**
 * Makes the decisions of the leader again, from the files alone: what people asked is taken from
 * the files, and every gate is judged on counters that come from the records of the files.
 * @param lines the files of one shard; each change of the campaign stands in a block of its own
 */
export function replay(lines: readonly string[]): Replayed {
  const upgrades = new Map<string, Upgrade>();
  const waves = new Map<string, { readonly wave: number; readonly logonServer: string }>();
  const [openings, differences, early]: [string[], string[], string[]] = [[], [], []];
  let campaign: Campaign | null = null;
  let decisions = 0;
  const counters = (): Counters => {
    const waiting = [...waves].filter(([client]) => !upgrades.has(client));
    const picks = waiting.map(([client, place]) => ({ client, ...place }));
    return summed([waitingCounters(picks), ...[...upgrades.values()].map(countersOf)]);
  };
  for (const block of blocksOf(lines)) {
    const own = block.entries.filter(({ campaign: name, client }) => name !== '' && client === null);
    const [entry] = own;
    const whole = campaignIn(block);
    if (entry !== undefined && whole !== null) {
      const isAlone = block.entries.length === 1 && entry.who === 'orchestrator' && campaign !== null;
      const again = isAlone && campaign !== null ? decided(campaign, counters(), entry) : null;
      if (again === null) {
        if (campaign !== null && opened(whole) > opened(campaign) && campaign.state.status !== 'created')
          differences.push(`nothing opens a wave at: ${entry.because}`);
      } else {
        decisions += 1;
        if (campaign !== null && opened(again) > opened(campaign)) openings.push(entry.because);
        if (textOf(again) !== textOf(whole)) differences.push(`another campaign after: ${entry.because}`);
      }
      campaign = whole;
    }
    take(block, upgrades, waves);
    const open = campaign === null ? 0 : opened(campaign);
    for (const [client, { wave }] of upgrades) if (wave >= open) early.push(client);
  }
  const count = campaign?.waveSizes.length ?? 0;
  const inWave = (asked: number): readonly string[] =>
    [...waves].flatMap(([client, { wave }]) => (wave === asked ? [client] : [])).sort();
  return {
    waves: Array.from({ length: count }, (_, wave) => inWave(wave)),
    openings,
    decisions,
    differences,
    early,
  };
}

const opened = ({ state }: Campaign): number => ('openWaves' in state ? state.openWaves : 0);

/** The campaign after the decision of this entry; null = the decider decides otherwise. */
function decided(campaign: Campaign, counters: Counters, { at, because }: KeptEntry): Campaign | null {
  const decision = decideCampaign(campaign, { type: 'CountersRead', counters }, at);
  return decision.kind === 'changed' && decision.because === because ? decision.campaign : null;
}

function campaignIn({ lines }: Block): Campaign | null {
  const line = lines.findLast(({ kind }) => kind === 'campaign');
  return line === undefined ? null : (JSON.parse(line.text) as CampaignLine).whole;
}

function take(
  { lines }: Block,
  upgrades: Map<string, Upgrade>,
  waves: Map<string, { readonly wave: number; readonly logonServer: string }>,
): void {
  for (const { kind, text } of lines) {
    if (kind === 'picks') {
      const { clients, wave, logonServer } = JSON.parse(text) as PicksLine;
      for (const client of clients) waves.set(client, { wave, logonServer });
    }
    if (kind === 'left') for (const client of (JSON.parse(text) as LeftLine).clients) waves.delete(client);
    if (kind === 'record') {
      const { client, upgrade } = recordIn(text);
      upgrades.set(client, upgrade);
    }
  }
}

function summed(parts: readonly Counters[]): Counters {
  const sum = new Map<string, number>();
  for (const part of parts)
    for (const [name, by] of Object.entries(part)) sum.set(name, (sum.get(name) ?? 0) + by);
  return Object.fromEntries(sum);
}

/** JSON in which the order of the keys does not matter. */
const textOf = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
