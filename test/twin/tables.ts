import type { CopyStatus } from '../../shared/domain/campaign/copies.ts';
import type { Client, Release } from '../../shared/domain/campaign/definition.ts';
import type { LastLook } from '../../shared/domain/survey/last-look.ts';
import type { Survey, SurveyEnd } from '../../shared/domain/survey/survey.ts';
import { capped, evidenceBytesAtMost } from '../../shared/evidence.ts';
import type { WorkerFacts } from '../../shared/store/worker-registry.ts';
import type { KeptEntry, SealState } from '../../shared/store/seal-store.ts';
import type { SurveyTarget } from '../../shared/store/survey-store.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import type { Leader, LeaderFence } from '../../shared/store/leader-store.ts';
import type {
  CampaignRecord,
  Evidence,
  HaltRecord,
  StoredUpgrade,
  UpgradeKey,
  WaitingClient,
} from '../../shared/store/types.ts';

/**
 * Everything the in-memory twin holds. JavaScript runs one function at a time, which makes every change
 * atomic.
 */
export interface Tables {
  readonly fleet: Map<string, Client>;
  readonly releases: Map<string, Release>;
  /** By release: what its copies are held against, and what was found by logon server. */
  readonly copies: Map<string, { readonly manifest: string; readonly found: Map<string, CopyStatus> }>;
  readonly campaigns: Map<string, CampaignTable>;
  /** Client -> campaign of its unsettled upgrade. */
  readonly claims: Map<string, string>;
  readonly evidence: Map<string, string>;
  readonly audit: KeptEntry[];
  /** How many there have ever been; the newest one's id. */
  entries: number;
  readonly seals: Seals;
  fences: number;
  leader: Leader | null;
  /** The highest that was issued or seen. */
  leaderFence: LeaderFence;
  /** How often a campaign was set running. */
  starts: number;
  halt: HaltRecord;
  /** Client, or everyone -> lowest good generation of check-in tokens. */
  readonly tokens: Map<string, number>;
  readonly workers: Map<string, Announced>;
  readonly surveys: Map<string, SurveyTable>;
  /** Client -> its last look. */
  readonly looks: Map<string, LastLook>;
  readonly lookEvidence: Map<string, string>;
}

export interface Announced {
  readonly worker: WorkerFacts;
  /** Real time, as are the others. */
  readonly heardAt: number;
  readonly until: number;
  readonly aheadMs: number;
}

export interface CampaignTable {
  record: CampaignRecord;
  /** In the order they were given. */
  readonly waiting: Map<string, WaitingClient>;
  readonly rows: Map<string, Row>;
  readonly counters: Map<string, number>;
  /** Slots in use per logon server. */
  readonly slots: Map<string, number>;
}

export interface SurveyTable {
  readonly survey: Survey;
  end: SurveyEnd | null;
  waiting: SurveyTarget[];
  /** `since` is real time. */
  readonly asked: Map<string, SurveyTarget>;
  readonly counters: Map<string, number>;
  /** The look of a fleet client is its last one. */
  readonly found: { readonly name: string; readonly look: LastLook | null }[];
}

export interface Row {
  stored: StoredUpgrade;
  /** When it was parked last; the oldest is handed a slot first. */
  parkedAt: number;
}

export const emptyTables = (): Tables => ({
  fleet: new Map(),
  releases: new Map(),
  copies: new Map(),
  campaigns: new Map(),
  claims: new Map(),
  evidence: new Map(),
  audit: [],
  entries: 0,
  seals: { state: { head: null, written: 0 }, written: new Set() },
  fences: 0,
  leader: null,
  leaderFence: 0,
  starts: 0,
  halt: { version: 0, halt: null },
  tokens: new Map(),
  workers: new Map(),
  surveys: new Map(),
  looks: new Map(),
  lookEvidence: new Map(),
});

export const rowOf = (tables: Tables, { campaign, client }: UpgradeKey): Row | undefined =>
  tables.campaigns.get(campaign)?.rows.get(client);

export const statusOf = (table: CampaignTable): string => table.record.campaign.state.status;

/** What a campaign is while everything is halted; what a paused one is does not change by it. */
export const heldStatus = ({ halt: { halt } }: Tables, table: CampaignTable): string =>
  halt !== null && statusOf(table) === 'running' ? 'halted' : statusOf(table);

export const openWavesOf = ({ record }: CampaignTable): number =>
  'openWaves' in record.campaign.state ? record.campaign.state.openWaves : 0;

export const byCreation = ({ campaign: a }: CampaignRecord, { campaign: b }: CampaignRecord): number =>
  a.createdAt - b.createdAt || compare(a.definition.campaign, b.definition.campaign);

export const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** A counter that comes to 0 is dropped, so that counters equal a recount. */
export function count(counters: Map<string, number>, changes: Counters): void {
  for (const [name, by] of Object.entries(changes)) {
    const sum = (counters.get(name) ?? 0) + by;
    if (sum === 0) counters.delete(name);
    else counters.set(name, sum);
  }
}

export function keepEvidence(tables: Tables, all: readonly Evidence[]): void {
  for (const { sha256, text } of all) {
    if (!tables.evidence.has(sha256)) tables.evidence.set(sha256, capped(text, evidenceBytesAtMost));
  }
}

/** What sealing keeps; the memory has one shard. */
export interface Seals {
  state: SealState;
  /** Evidence that stands in a file. Nothing expires here. */
  readonly written: Set<string>;
}
