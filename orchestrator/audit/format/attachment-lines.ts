import {
  decodeMemory,
  encodeMemory,
  type StoredMemory,
} from '../../../shared/domain/upgrade/memory-codec.ts';
import type { Client, Release } from '../../../shared/domain/campaign/definition.ts';
import { presentState, type Upgrade } from '../../../shared/domain/upgrade/state.ts';
import type { Campaign } from '../../../shared/domain/campaign/campaign.ts';
import type { CampaignEdition } from '../../../shared/domain/campaign/edition.ts';
import type { FormerLife } from '../../../shared/store/campaign-removal-store.ts';
import type { CampaignRecord, Evidence, WaitingClient, StoredUpgrade } from '../../../shared/store/types.ts';

/** The attachments of a block, one line each: the records can be rebuilt from the files alone. */

export interface RecordLine {
  /** The campaign. */
  readonly record: string;
  readonly client: string;
  readonly version: number;
  readonly activation: number;
  readonly upgrade: Upgrade;
}

export const recordLine = ({ key, version, activation, upgrade }: StoredUpgrade): string =>
  JSON.stringify({
    record: key.campaign,
    client: key.client,
    version,
    activation,
    upgrade: { ...upgrade, memory: encodeMemory(upgrade.memory) },
  });

/** The record of a line that `recordLine` made. */
export function recordIn(line: string): RecordLine {
  const read = JSON.parse(line) as RecordLine & {
    readonly upgrade: { readonly memory: Partial<StoredMemory> };
  };
  const { state, memory } = read.upgrade;
  return {
    ...read,
    upgrade: { ...read.upgrade, state: presentState(state), memory: decodeMemory(memory) },
  };
}

export interface CampaignLine {
  readonly campaign: string;
  readonly version: number;
  readonly whole: Campaign;
}

export const campaignLine = ({ version, campaign }: CampaignRecord): string =>
  JSON.stringify({
    campaign: campaign.definition.campaign,
    version,
    whole: campaign,
  } satisfies CampaignLine);

/** An edition of a campaign's definition, with the campaign file. */
export interface EditionLine {
  readonly edition: string;
  /** Which campaign of this name; left out = the first. */
  readonly life?: number;
  readonly whole: CampaignEdition;
}

export const editionLine = (campaign: string, life: number, whole: CampaignEdition): string =>
  JSON.stringify({ edition: campaign, ...(life === 0 ? {} : { life }), whole } satisfies EditionLine);

/** A campaign was deleted or archived: a rebuild does not bring it back. */
export interface GoneLine {
  readonly gone: string;
  /** How many campaigns of this name were removed by then. */
  readonly lives: number;
  /** SHA-256 of the campaign file of the last one. */
  readonly hash: string;
}

export const goneLine = (campaign: string, { lives, hash }: FormerLife): string =>
  JSON.stringify({ gone: campaign, lives, hash } satisfies GoneLine);

/** Clients of one wave and logon server: the creation picked them, or they joined later. */
export interface PicksLine {
  /** The campaign. */
  readonly picks: string;
  /** Which campaign of this name; left out = the first. */
  readonly life?: number;
  readonly wave: number;
  readonly logonServer: string;
  readonly clients: readonly string[];
}

/** At most so many clients stand in one line, so that no line grows without bound. */
const clientsPerLine = 500;

/** Collects picks. `add` returns a line when one is full, `end` the lines that are left. */
export function picksLines(campaign: string, life: number) {
  const unwritten = new Map<string, WaitingClient[]>();
  const lineOf = (picks: readonly WaitingClient[]): string => {
    const { wave = 0, logonServer = '' } = picks[0] ?? {};
    const clients = picks.map(({ client }) => client);
    const born = life === 0 ? {} : { life };
    return JSON.stringify({ picks: campaign, ...born, wave, logonServer, clients } satisfies PicksLine);
  };
  return {
    add: (pick: WaitingClient): readonly string[] => {
      const group = `${pick.wave}|${pick.logonServer}`;
      const picks = [...(unwritten.get(group) ?? []), pick];
      const isFull = picks.length >= clientsPerLine;
      unwritten.set(group, isFull ? [] : picks);
      return isFull ? [lineOf(picks)] : [];
    },
    end: (): readonly string[] => [...unwritten.values()].filter((picks) => picks.length > 0).map(lineOf),
  };
}

/** Clients that waited in a campaign and have left it. */
export interface LeftLine {
  /** The campaign. */
  readonly left: string;
  /** Which campaign of this name; left out = the first. */
  readonly life?: number;
  readonly clients: readonly string[];
}

export const leftLine = (campaign: string, life: number, clients: readonly string[]): string =>
  JSON.stringify({ left: campaign, ...(life === 0 ? {} : { life }), clients } satisfies LeftLine);

/** Port and host keys stand at the end, only for clients that have them. */
type FleetRow = readonly [
  client: string,
  host: string,
  logonServer: string,
  zone: string,
  role: Client['role'],
  labels: readonly string[],
  port?: number | null,
  hostKeys?: readonly string[],
];

export interface FleetLine {
  readonly fleet: readonly FleetRow[];
}

export const fleetLine = (clients: readonly Client[]): string =>
  JSON.stringify({
    fleet: clients.map(({ client, host, logonServer, zone, role, labels, port, hostKeys }): FleetRow => {
      const plain = [client, host, logonServer, zone, role, labels] as const;
      return port === undefined && hostKeys === undefined ? plain : [...plain, port ?? null, hostKeys ?? []];
    }),
  } satisfies FleetLine);

export const fleetIn = ({ fleet }: FleetLine): readonly Client[] =>
  fleet.map(([client, host, logonServer, zone, role, labels, port = null, hostKeys = []]) => ({
    client,
    host,
    logonServer,
    zone,
    role,
    labels,
    ...(port === null ? {} : { port }),
    ...(hostKeys.length === 0 ? {} : { hostKeys }),
  }));

/** By client: the lowest valid generation of check-in tokens, where it was ever raised. */
export interface TokensLine {
  readonly tokens: Readonly<Record<string, number>>;
}

export const tokensLine = (tokens: ReadonlyMap<string, number>): string =>
  JSON.stringify({ tokens: Object.fromEntries(tokens) } satisfies TokensLine);

/** By client that was removed from the fleet: the campaigns that know it. */
export interface RemovedLine {
  readonly removed: Readonly<Record<string, readonly string[]>>;
}

export const removedLine = (removed: ReadonlyMap<string, readonly string[]>): string =>
  JSON.stringify({ removed: Object.fromEntries(removed) } satisfies RemovedLine);

export interface ReleaseLine {
  readonly release: string;
  readonly whole: Release;
}

export const releaseLine = (release: Release): string =>
  JSON.stringify({ release: release.release, whole: release } satisfies ReleaseLine);

export interface EvidenceLine {
  readonly evidence: string;
  readonly text: string;
}

export const evidenceLine = ({ sha256, text }: Evidence): string =>
  JSON.stringify({ evidence: sha256, text } satisfies EvidenceLine);
