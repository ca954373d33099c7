import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Direction,
  type Procedure,
  procedures,
  type StepName,
  stepsOf,
} from '../../shared/domain/remediation/procedure.ts';
import type { FleetHold } from '../lab/fleet/control.ts';
import type { StepHold } from '../lab/fleet/holds.ts';
import type { Trait } from '../../orchestrator/simulation/machines/traits.ts';
import { fromMondayEvening, type LabInstallation } from '../lab/installation.ts';
import type { LabProcess } from '../lab/process.ts';
import { agentRelease, stagedAgent } from '../lab/staged-tree.ts';
import { type CampaignLab, openCampaignLab, smallFiles } from '../fixtures/campaign-lab.ts';
import { clientsWith } from '../fixtures/clients-with.ts';

/** A point of a procedure at which a driver is lost, and the client that stands there. */
export interface Place {
  readonly procedure: Procedure;
  readonly direction: Direction;
  readonly step: StepName;
  readonly when: StepHold['when'];
  readonly client: string;
  readonly trait: Trait;
}

const whens = ['before', 'announced', 'after'] as const;
const ways: readonly (readonly [Procedure, Direction, Trait])[] = [
  ['relocation', 'forward', 'pcmInBin'],
  // The service does not start in its new directory, so every step of the way back is taken.
  ['relocation', 'back', 'staysHome'],
  ['workaround', 'forward', 'pcmInBin'],
  ['workaround', 'back', 'pcmInBin'],
  ['swap', 'forward', 'agent'],
  // The service does not start from the new files, so every step of the way back is taken.
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

/** A lab in which every client is held at a step of its own. */
export interface HeldFleet extends AsyncDisposable {
  readonly places: readonly Place[];
  readonly installation: LabInstallation;
  readonly control: CampaignLab['control'];
  readonly holds: readonly FleetHold[];
  startWorker(name: string): Promise<LabProcess>;
  /** Imports, stages, creates and starts, as an operator does. */
  begin(): Promise<void>;
  startAfresh: CampaignLab['startAfresh'];
}

/** A worker takes all clients at once, so that all can be held at the same time. */
const settings = { SERVPACK_UPGRADES: '300', SERVPACK_REMEDIATIONS: '300' };
/** From Monday evening to the next morning's logons in some three seconds. */
const speed = 14_400;

export async function holdFleet(redis: {
  readonly url: string;
  readonly prefix: string;
}): Promise<HeldFleet> {
  await using stack = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'servpack-held-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const places = everyPlace();
  const agentTree = join(folder, 'agent');
  await stagedAgent(agentTree);
  const installation: LabInstallation = {
    redisUrl: redis.url,
    prefix: redis.prefix,
    dataDir: folder,
    clock: fromMondayEvening(speed),
    settings,
  };
  const clients = places.map(({ client, procedure }) => ({ client, label: procedure }));
  const files = await smallFiles(folder, clients);
  const lab = stack.use(await openCampaignLab(installation, { files, seed: 'one', traits: 'agents' }));
  const holds = await Promise.all(places.map(({ trait: _trait, ...order }) => lab.control.hold(order)));
  const opened = stack.move();
  return {
    places,
    installation,
    control: lab.control,
    holds,
    startWorker: (name) => lab.startWorker(name),
    startAfresh: () => lab.startAfresh(),
    begin: async () => {
      await lab.importAndStage();
      await lab.operator.stageTree(folder, agentTree, agentRelease);
      for (const procedure of procedures) await lab.begin(campaignText(procedure));
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

const isPushed = (procedure: string): boolean => procedure === 'swap' || procedure === 'replaceAtRestart';

/** Users have their programs open at this time, and a restart does not wait for them. */
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
    'waves: [{ name: all, rest: true, gate: { failures: 100 % } }]',
    'budgets: { active: 300, perLogonServer: 300 }',
    `ladder: [wait${procedure === 'swap' ? '' : `, ${procedure}`}]`,
    'structural: atOnce',
    ...(procedure === 'replaceAtRestart' ? whileProgramsAreOpen : []),
    'deferrals:',
    '  unreachable: { first: 15m, factor: 2, max: 2h, budget: 300 }',
    '  program: { first: 15m, factor: 2, max: 1h, budget: 300 }',
    '',
  ].join('\n');
