import { parseCampaign } from '../../../orchestrator/input/campaign-file.ts';
import { advance, nextAt } from '../../../orchestrator/simulation/machines/advance.ts';
import { genericAgent } from '../../../orchestrator/simulation/machines/agent.ts';
import { createMachine } from '../../../orchestrator/simulation/machines/create.ts';
import { textContent } from '../../../orchestrator/simulation/machines/disk.ts';
import { stagedRelease } from '../../../orchestrator/simulation/machines/logon-server.ts';
import type { Machine, World } from '../../../orchestrator/simulation/machines/machine.ts';
import type { DailyHabits } from '../../../orchestrator/simulation/machines/timetable.ts';
import type { Trait } from '../../../orchestrator/simulation/machines/traits.ts';
import type { ModelRelease } from '../../../orchestrator/simulation/model-release.ts';
import type { Observer } from '../../../orchestrator/simulation/observer.ts';
import { runScenario, type Scenario, startScenario } from '../../../orchestrator/simulation/scenario.ts';
import type { Client } from '../../../shared/domain/campaign/definition.ts';
import { loadProfile } from '../../../shared/products/profile.ts';
import { unwrapped } from '../../fixtures/unwrapped.ts';

/** Campaigns one after the other on one lab fleet of the agent, whose users open its program. */
export interface Play {
  readonly seed: string;
  readonly clients: number;
  readonly habits?: DailyHabits;
  readonly learns: boolean;
  /** When each campaign begins. */
  readonly begins: readonly number[];
  /** More keys of the campaign file. */
  readonly more?: string;
}

/** How one campaign went, by client: how long it took until the client was upgraded. */
export interface Outcome {
  /** Infinity = the client was not upgraded. */
  readonly tookMs: readonly number[];
  readonly looks: number;
  /** How many bytes the counts of all clients have afterwards. */
  readonly bytes: number;
}

const zone = 'Europe/Berlin';
const trait: Trait = 'agentProgram';
const days = 24 * 3_600_000;

/**
 * A release every other week, on a Tuesday at this hour of the clients' clock; no clock changes
 * between them.
 */
export const releases = (count: number, hour: number): readonly number[] =>
  Array.from({ length: count }, (_, number) => Date.UTC(2026, 5, 2 + 14 * number, hour - 2));

/** What one campaign has learned of a client is known to the next one. */
export async function playCampaigns(play: Play): Promise<readonly Outcome[]> {
  let freeTimes: Record<string, string> = {};
  const outcomes: Outcome[] = [];
  for (const [number, startAt] of play.begins.entries()) {
    const scenario = { ...scenarioOf(play, `agent-${number + 2}`, startAt), freeTimes };
    const ends = new Map<string, number>();
    let looks = 0;
    const observer: Observer = {
      upgrade: ({ client, before, after, at }) => {
        if (before?.state.phase === 'looking') looks += 1;
        if (after.state.phase === 'settled' && after.state.end === 'upgraded') ends.set(client.client, at);
      },
    };
    const { books } = await runScenario(scenario, startScenario(scenario), observer);
    freeTimes = { ...freeTimes };
    for (const [client, { upgrade }] of books.rows) {
      const known = upgrade.memory.learned.freeTime?.looks;
      if (known !== undefined) freeTimes[client] = known;
    }
    const tookMs = scenario.clients.map(({ client }) => (ends.get(client) ?? Infinity) - startAt);
    const bytes = Object.values(freeTimes).join('').length;
    outcomes.push({ tookMs, looks, bytes });
  }
  return outcomes;
}

/** For each client: how long after the start it is on for the first time with no program open. */
export function soonestOf(play: Play, startAt: number): readonly number[] {
  return fleetOf(play.clients).map((row) => {
    const machine = createMachine(worldOf(play, startAt), row, trait);
    let now = startAt;
    while (!isFree(machine)) {
      now = nextAt(machine);
      advance(machine, now);
    }
    return now - startAt;
  });
}

const isFree = ({ power, processes }: Machine): boolean =>
  power === 'on' && processes.every(({ session }) => session === 0);

function scenarioOf(
  { seed, clients, habits, learns, more = '' }: Play,
  name: string,
  startAt: number,
): Scenario {
  const text = [
    'campaign: habits',
    `release: ${name}`,
    `seed: ${seed}`,
    'waves: [{ name: all, rest: true, gate: { failures: 100 % } }]',
    'budgets: { active: 100000, perLogonServer: 100000 }',
    `freeTime: ${learns ? 'learn' : 'ignore'}`,
    more,
  ].join('\n');
  return {
    definition: unwrapped(parseCampaign(text, 'campaign.yaml', { now: startAt })),
    clients: fleetOf(clients),
    traits: Object.fromEntries(fleetOf(clients).map(({ client }) => [client, trait])),
    release: releaseOf(name),
    seed,
    profile: unwrapped(loadProfile('generic-windows-agent')),
    startAt,
    horizonMs: 60 * days,
    approvalMs: null,
    callMs: 150,
    checksIn: false,
    ...(habits === undefined ? {} : { habits }),
  };
}

const fleetOf = (count: number): readonly Client[] =>
  Array.from({ length: count }, (_, number) => ({
    client: `pc-${number}`,
    host: `pc-${number}`,
    logonServer: 'LS-1',
    zone,
    role: 'workstation',
    labels: [],
  }));

const worldOf = ({ seed, habits }: Play, startedAt: number): World => ({
  seed,
  startedAt,
  traits: 'product',
  agent: genericAgent,
  servers: new Map([['LS-1', { name: 'LS-1', release: releaseOf('none').staged }]]),
  disks: new Map(),
  mornings: new Map(),
  keys: new Map(),
  texts: new Map(),
  shownFiles: new Map(),
  realNow: () => startedAt,
  answered: () => undefined,
  checkIn: () => undefined,
  ...(habits === undefined ? {} : { habits }),
});

/** New contents for each file of the agent. */
function releaseOf(name: string): ModelRelease {
  const files = new Map(genericAgent.files.map((file) => [file, textContent(`${file} of ${name}`)]));
  return {
    staged: stagedRelease(files),
    release: {
      release: name,
      product: 'generic-windows-agent',
      servicePack: null,
      files: [...files].map(([file, { size, sha256 }]) => ({ name: file.toLowerCase(), size, sha256 })),
    },
  };
}
