import type { Activation } from '../../../shared/store/types.ts';
import { calendarFor } from '../../../shared/domain/campaign/calendar.ts';
import type { CampaignDefinition, Client } from '../../../shared/domain/campaign/definition.ts';
import type { CampaignPolicy, Rules } from '../../../shared/domain/rules/policy.ts';
import { createMemoryStore } from '../../twin/memory-store.ts';
import { recount, recountSlots } from '../../twin/recount.ts';
import { evening, rules } from '../given.ts';
import { Machine, type MachineSetting } from './machine.ts';

/** The setting of a story: its machines in the order of the fleet, and its campaign file. */
export interface Setting {
  readonly campaign: string;
  /** Left out = Monday 16 November 2026 at 20:00 UTC. */
  readonly begins?: number;
  readonly machines: Readonly<Record<string, MachineSetting>>;
  /**
   * The labels of the clients that the fleet has at the beginning; left out = all of them, without
   * labels.
   */
  readonly labels?: Readonly<Record<string, readonly string[]>>;
  readonly file: Pick<CampaignDefinition, 'waves' | 'budgets'> &
    Partial<Pick<CampaignDefinition, 'select' | 'membership' | 'calendar' | 'approvals' | 'stop'>>;
  readonly policy: CampaignPolicy;
}

/**
 * The store, the machines, the jobs and the only clock: real time and policy time are the same
 * here.
 */
export class World {
  readonly setting: Setting;
  readonly campaign: string;
  readonly machines: ReadonlyMap<string, Machine>;
  /** The labels of the clients of the fleet. */
  readonly labels: Map<string, readonly string[]>;
  now: number;
  readonly store = createMemoryStore(() => this.now);
  /** What BullMQ would hold, by job id. A job that a worker has taken is not here any more. */
  readonly jobs = new Map<string, Activation>();

  constructor(setting: Setting) {
    this.setting = setting;
    this.now = setting.begins ?? evening;
    this.campaign = setting.campaign;
    const all = Object.keys(setting.machines).map((client) => [client, []] as const);
    this.labels = new Map(Object.entries(setting.labels ?? Object.fromEntries(all)));
    const machines = Object.entries(setting.machines);
    this.machines = new Map(machines.map(([client, machine]) => [client, new Machine(machine)]));
  }

  machine(client: string): Machine {
    const machine = this.machines.get(client);
    if (machine === undefined) throw new Error(`no machine ${client}`);
    return machine;
  }

  get fleet(): readonly Client[] {
    return [...this.machines].flatMap(([client, { logonServer, zone, role }]) => {
      const labels = this.labels.get(client);
      return labels === undefined ? [] : [{ client, host: client, logonServer, zone, role, labels }];
    });
  }

  rulesFor(client: string): Rules {
    const { policy, campaign } = this.setting;
    const known = this.fleet.find((each) => each.client === client);
    const calendar = known === undefined ? null : calendarFor({ policy, ...this.setting.file }, known);
    const own = { zone: this.machine(client).zone, ...(calendar === null ? {} : { calendar }) };
    return { ...rules, campaign, policy, ...own };
  }

  passTo(at: number): void {
    this.now = Math.max(this.now, at);
    for (const { client } of this.machines.values()) client.pass(this.now);
  }

  /** As BullMQ does: an id that is there already is not added twice. */
  addJobs(activations: readonly (Activation | null)[]): void {
    for (const activation of activations) {
      if (activation === null) continue;
      const id = jobId(activation);
      if (!this.jobs.has(id)) this.jobs.set(id, activation);
    }
  }

  /** The job that comes first of those that are due by then; equal ones by their ids. */
  nextJob(by: number): Activation | null {
    const due = [...this.jobs].filter(([, { dueAt }]) => dueAt <= by);
    due.sort(([a, one], [b, other]) => one.dueAt - other.dueAt || (a < b ? -1 : 1));
    return due[0]?.[1] ?? null;
  }

  takeJob(activation: Activation): void {
    this.jobs.delete(jobId(activation));
  }

  /** Counters and slots equal a recount of the records, whatever was done. */
  async check(): Promise<void> {
    const { store, campaign } = this;
    const counted = [await store.counters(campaign), await store.slotsInUse(campaign)];
    const again = [await recount(store, campaign), await recountSlots(store, campaign)];
    if (sorted(counted) !== sorted(again))
      throw new Error(`counted ${sorted(counted)}, and the records say ${sorted(again)}`);
  }
}

const jobId = ({ key, activation }: Activation): string => `${key.campaign}.${key.client}.${activation}`;

/** JSON in which the order of the keys does not matter. */
const sorted = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
