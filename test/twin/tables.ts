import type { BegunRemediation } from '../../shared/domain/rules/remediation-limits.ts';
import { EventEmitter } from 'node:events';
import type { RestartEntry, RestartTerms } from '../../shared/domain/rules/restart-limits.ts';
import type { Change } from '../../shared/store/change-store.ts';
import type { FitStep } from '../../shared/domain/rules/fit.ts';
import type { HookRecord } from '../../shared/store/hook-store.ts';
import type { RequestRecord } from '../../shared/store/request-store.ts';
import type { ScheduleRecord } from '../../shared/store/schedule-store.ts';
import type { RefusedAddress } from '../../shared/store/check-in-store.ts';
import type { CampaignEdition } from '../../shared/domain/campaign/edition.ts';
import type { StartsIn } from '../../shared/domain/campaign/speed.ts';
import type { CopyStatus } from '../../shared/domain/campaign/copies.ts';
import type { Client, Release } from '../../shared/domain/campaign/definition.ts';
import type { LastLook } from '../../shared/domain/survey/last-look.ts';
import type { Survey, SurveyEnd } from '../../shared/domain/survey/survey.ts';
import { storedStatus } from '../../shared/domain/campaign/life.ts';
import type { FormerLife } from '../../shared/store/campaign-removal-store.ts';
import type { WorkerFacts } from '../../shared/store/worker-registry.ts';
import type { KeptEntry, SealState } from '../../shared/store/seal-store.ts';
import type { SurveyTarget } from '../../shared/store/survey-store.ts';
import type { KeptForecasts } from '../../shared/domain/campaign/forecast.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import type { Leader, LeaderFence } from '../../shared/store/leader-store.ts';
import type { RoundFailure } from '../../shared/store/round-failure-store.ts';
import type {
  CampaignRecord,
  HaltRecord,
  ServerLimits,
  StoredUpgrade,
  UpgradeKey,
  WaitingClient,
} from '../../shared/store/types.ts';

/**
 * Everything that the in-memory twin holds. JavaScript runs one function at a time, which makes
 * every change atomic.
 */
export interface Tables {
  readonly fleet: Map<string, Client>;
  /** How often clients were imported. */
  imports: number;
  readonly releases: Map<string, Release>;
  /**
   * By release: the manifest that its copies are compared with, and what was found by logon
   * server.
   */
  readonly copies: Map<string, { readonly manifest: string; readonly found: Map<string, CopyStatus> }>;
  readonly campaigns: Map<string, CampaignTable>;
  /** Client -> campaign of its unsettled upgrade. */
  readonly claims: Map<string, string>;
  /** By name: what is left of the campaigns that were removed. */
  readonly lives: Map<string, FormerLife>;
  readonly evidence: Map<string, string>;
  readonly audit: KeptEntry[];
  /** What has changed so far, and who waits for more. */
  readonly changes: { readonly all: Change[]; readonly entries: boolean[]; readonly added: EventEmitter };
  /** How many entries there have ever been: the id of the newest. */
  entries: number;
  readonly seals: Seals;
  fences: number;
  leader: Leader | null;
  /** The highest fence that was issued or seen. */
  leaderFence: LeaderFence;
  readonly roundFailures: Map<string, RoundFailure>;
  /** How often a campaign was set running. */
  starts: number;
  halt: HaltRecord;
  limits: ServerLimits;
  /** Client, or `everyClient` -> lowest good generation of check-in tokens. */
  readonly tokens: Map<string, number>;
  readonly refusedAddresses: Map<string, RefusedAddress>;
  /** How often clients were removed. */
  removals: number;
  /** Client that was removed -> the campaigns that know it. */
  readonly former: Map<string, readonly string[]>;
  readonly workers: Map<string, Announced>;
  /** When a worker was dismissed last. */
  readonly last: { dismissal: number | null };
  /** By campaign and hook. */
  readonly hooks: Map<string, Map<string, HookRecord>>;
  /** By campaign: clients whose hook is to be run, and from when on. */
  readonly hookAsks: Map<string, Map<string, number>>;
  readonly forecasts: Map<string, KeptForecasts>;
  readonly requests: Map<string, RequestRecord>;
  readonly requestNumber: { last: number };
  readonly schedules: Map<string, ScheduleRecord>;
  readonly stepTimes: Map<string, Readonly<Partial<Record<FitStep, readonly number[]>>>>;
  /** Client -> when looks have found it free. */
  readonly freeTimes: Map<string, string>;
  readonly surveys: Map<string, SurveyTable>;
  /** Client -> its last look. */
  readonly looks: Map<string, LastLook>;
  readonly lookEvidence: Map<string, string>;
}

export interface Announced {
  readonly worker: WorkerFacts;
  /** Real time, like the other times here. */
  readonly heardAt: number;
  readonly until: number;
  readonly aheadMs: number;
}

export interface CampaignTable {
  record: CampaignRecord;
  /** In the order in which the campaign was created. */
  readonly waiting: Map<string, WaitingClient>;
  readonly rows: Map<string, Row>;
  readonly counters: Map<string, number>;
  /** How many clients started lately, in a campaign with a speed. */
  starts: readonly StartsIn[];
  /** Begun in a campaign that limits remediations; left out = none. */
  remediations?: readonly BegunRemediation[];
  /** In a campaign that limits restarts; left out = no client has asked for one. */
  restarts?: Restarts;
  /** By kind of fact, or `|cause`: client -> newest policy time. */
  readonly facts: Map<string, Map<string, number>>;
  /** Slots in use per logon server. */
  readonly slots: Map<string, number>;
  /** By number. */
  readonly editions: Map<number, CampaignEdition>;
}

/** `turn`: its place in the line; a client that has got a slot keeps it until its driver comes. */
export interface RestartTurn extends RestartEntry {
  readonly fence: number;
  readonly turn?: number;
}

/** The slots of restarts of one campaign: entries that wait stand in the order of the line. */
export interface Restarts {
  terms: RestartTerms;
  readonly entries: Map<string, RestartTurn>;
}

export interface SurveyTable {
  readonly survey: Survey;
  end: SurveyEnd | null;
  waiting: SurveyTarget[];
  readonly asked: Map<string, SurveyTarget>;
  readonly counters: Map<string, number>;
  /** Null for a fleet client, whose look is its last one. */
  readonly found: { readonly name: string; readonly look: LastLook | null }[];
}

export interface Row {
  stored: StoredUpgrade;
  /** When it was parked last; a freed slot is passed on to the oldest. */
  parkedAt: number;
}

export const emptyTables = (): Tables => ({
  fleet: new Map(),
  imports: 0,
  releases: new Map(),
  copies: new Map(),
  campaigns: new Map(),
  claims: new Map(),
  lives: new Map(),
  evidence: new Map(),
  audit: [],
  changes: { all: [], entries: [], added: new EventEmitter() },
  entries: 0,
  seals: { state: { head: null, written: 0 }, written: new Set() },
  fences: 0,
  leader: null,
  leaderFence: 0,
  roundFailures: new Map(),
  starts: 0,
  halt: { version: 0, halt: null },
  limits: { version: 0, limits: [] },
  tokens: new Map(),
  refusedAddresses: new Map(),
  removals: 0,
  former: new Map(),
  workers: new Map(),
  last: { dismissal: null },
  hooks: new Map(),
  hookAsks: new Map(),
  forecasts: new Map(),
  requests: new Map(),
  requestNumber: { last: 0 },
  schedules: new Map(),
  stepTimes: new Map(),
  freeTimes: new Map(),
  surveys: new Map(),
  looks: new Map(),
  lookEvidence: new Map(),
});

export const rowOf = (tables: Tables, { campaign, client }: UpgradeKey): Row | undefined =>
  tables.campaigns.get(campaign)?.rows.get(client);

export const statusOf = (table: CampaignTable): string => storedStatus(table.record.campaign);

/** A halt stops running campaigns. The status of a paused campaign stays what it is. */
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

/** What sealing keeps. The memory has one shard. */
export interface Seals {
  state: SealState;
  /** Evidence that stands in a file. No evidence expires here. */
  readonly written: Set<string>;
}

/** Streams a copy, so that changes between two steps of the reader do not disturb it. */
export async function* each<T>(values: Iterable<T>): AsyncGenerator<T> {
  yield* Array.from(values);
}
