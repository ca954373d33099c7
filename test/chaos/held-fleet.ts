import { mkdtempSync, writeFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClockAnchor } from '../../shared/clock.ts';
import {
  type Direction,
  type Procedure,
  procedures,
  type StepName,
  stepsOf,
} from '../../shared/domain/remediation/procedure.ts';
import { connectFleetControl } from '../lab/fleet/control-client.ts';
import type { FleetHold } from '../lab/fleet/control.ts';
import type { StepHold } from '../lab/fleet/holds.ts';
import { setOf, type Trait, traitOf } from '../lab/fleet/traits.ts';
import {
  type LabInstallation,
  portOf,
  startFleetProcess,
  startOrchestrator,
  startWorker,
  urlOf,
} from '../lab/installation.ts';
import { Operator } from '../lab/operator.ts';
import type { LabProcess } from '../lab/process.ts';
import { agentRelease, stagedAgent, writeTree } from '../lab/staged-tree.ts';

/** A place in a procedure at which a driver is lost, and the client that stands there. */
export interface Place {
  readonly procedure: Procedure;
  readonly direction: Direction;
  readonly step: StepName;
  readonly when: StepHold['when'];
  readonly client: string;
  readonly trait: Trait;
}

const seed = 'one';
const whens = ['before', 'announced', 'after'] as const;
const ways: readonly (readonly [Procedure, Direction, Trait])[] = [
  ['relocation', 'forward', 'pcmInBin'],
  // The service does not start from its new place, so every step of the way back is gone.
  ['relocation', 'back', 'staysHome'],
  ['workaround', 'forward', 'pcmInBin'],
  ['workaround', 'back', 'pcmInBin'],
  ['swap', 'forward', 'agent'],
  // The service does not start from the new files, so every step of the way back is gone.
  ['swap', 'back', 'agentBreaks'],
  ['replaceAtRestart', 'forward', 'agentProgram'],
  ['replaceAtRestart', 'back', 'agentProgramBreaks'],
];

/** Every step of every procedure, both ways, before and after: each with a client of its own. */
export function everyPlace(): readonly Place[] {
  const free = new Map<Trait, readonly string[]>();
  const next = (trait: Trait): string => {
    const [first = '', ...rest] = free.get(trait) ?? clientsWith(trait, 100, 'agents');
    free.set(trait, rest);
    return first;
  };
  return ways.flatMap(([procedure, direction, trait]) =>
    stepsOf(procedure, direction).flatMap((step) =>
      whens.map((when) => ({ procedure, direction, step, when, trait, client: next(trait) })),
    ),
  );
}

/** The first clients that the seed `one` gives this trait. */
export function clientsWith(trait: Trait, count: number, set = setOf(trait)): readonly string[] {
  const found: string[] = [];
  for (let number = 1; found.length < count; number += 1)
    if (traitOf(seed, `pc-${number}`, set) === trait) found.push(`pc-${number}`);
  return found;
}

/** A house whose clients will each stand still at a place of their own. */
export interface HeldFleet extends AsyncDisposable {
  readonly places: readonly Place[];
  readonly house: LabInstallation;
  readonly control: ReturnType<typeof connectFleetControl>;
  readonly holds: readonly FleetHold[];
  readonly operator: Operator;
  readonly orchestrator: LabProcess;
  startWorker(name: string): Promise<LabProcess>;
  /**
   * Imports, stages, creates and starts, as an operator does, also where Redis has lost
   * everything.
   */
  begin(): Promise<void>;
}

/** All at once, so every hold of a worker has its own place in it. */
const settings = { SERVPACK_UPGRADES: '300', SERVPACK_REMEDIATIONS: '300' };
/** From Monday evening to the next morning's logons in some three seconds. */
const speed = 14_400;

export async function holdFleet(redis: {
  readonly url: string;
  readonly prefix: string;
}): Promise<HeldFleet> {
  const stack = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'servpack-held-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const places = everyPlace();
  const tree = join(folder, 'tree');
  await mkdir(tree, { recursive: true });
  await writeTree(tree);
  const agentTree = join(folder, 'agent');
  await stagedAgent(agentTree);
  const fleetCsv = join(folder, 'fleet.csv');
  const rows = places.map(({ client, procedure }) => `${client},${client},LS-1,UTC,workstation,${procedure}`);
  const csv = `client,host,logonServer,zone,role,labels\n${rows.join('\n')}\n`;
  writeFileSync(fleetCsv, csv);
  const clock: ClockAnchor = { labAt: Date.UTC(2026, 10, 16, 19), realAt: Date.now(), speed };
  const house: LabInstallation = {
    redisUrl: redis.url,
    prefix: redis.prefix,
    dataDir: folder,
    clock,
    settings,
  };
  const orchestrator = await startOrchestrator(house);
  stack.defer(() => orchestrator.stop());
  const fleet = await startFleetProcess(house, {
    fleetCsv,
    seed,
    tree,
    traits: 'agents',
    checkIn: null,
  });
  stack.defer(() => fleet.stop());
  const control = connectFleetControl({ port: portOf(fleet) });
  stack.defer(() => control.close());
  const operator = new Operator(urlOf(orchestrator), folder);
  return {
    places,
    house,
    control,
    operator,
    orchestrator,
    holds: await Promise.all(places.map(({ trait: _trait, ...order }) => control.hold(order))),
    startWorker: async (name) => {
      const worker = await startWorker(house, portOf(fleet), name);
      stack.defer(() => worker.stop());
      return worker;
    },
    begin: async () => {
      await operator.importFleet('fleet.csv', csv);
      await operator.stageTree(folder, tree);
      await operator.stageTree(folder, agentTree, agentRelease);
      for (const procedure of procedures) {
        await operator.createCampaign(campaignText(procedure));
        await operator.ask('POST', `/v1/campaigns/${procedure}/start`);
      }
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

const isPushed = (procedure: string): boolean => procedure === 'swap' || procedure === 'replaceAtRestart';

/** Users have their programs open by then, and are not asked. */
const whileProgramsAreOpen: readonly string[] = [
  'window: { between: "11:00-16:00" }',
  'persistence: { looks: 1, after: 24h, restarts: 9, minGap: 0s }',
  'restart: { allowed: always }',
];

/** A campaign per procedure, over the clients that have its label; nothing else is in their way. */
const campaignText = (procedure: string): string =>
  [
    `campaign: ${procedure}`,
    `release: ${isPushed(procedure) ? agentRelease.release : 'test-release'}`,
    `select: { labels: [${procedure}] }`,
    'waves: [{ name: all, rest: true, gate: { notOk: 100 % } }]',
    'budgets: { active: 300, perLogonServer: 300 }',
    `ladder: [wait${procedure === 'swap' ? '' : `, ${procedure}`}]`,
    'structural: atOnce',
    ...(procedure === 'replaceAtRestart' ? whileProgramsAreOpen : []),
    'deferrals:',
    '  unreachable: { first: 15m, factor: 2, max: 2h, budget: 300 }',
    '  program: { first: 15m, factor: 2, max: 1h, budget: 300 }',
    '',
  ].join('\n');
