import type { Service } from '../../../shared/domain/observation/observation.ts';
import { advance } from './advance.ts';
import { schedule } from './agenda.ts';
import { type Agent, agentPath } from './agent.ts';
import { chance, Dice, pick, type Span, within } from './chance.ts';
import { firstDisk, monitorPath, pcmPath } from './first-disk.ts';
import type { FleetRow } from './fleet-row.ts';
import type { Machine, World } from './machine.ts';
import { boot, switchOff } from './power.ts';
import { oldCopyListVersion, pcmService, traceKey, windows } from './sms.ts';
import { hour } from './time.ts';
import { type PcmPlacement, rulesOf, type Trait, type TraitRules, traitOf } from './traits.ts';

const workstationService: Service = {
  name: 'LanmanWorkstation',
  imagePath: `${windows}\\System32\\services.exe`,
  startType: 'automatic',
  state: 'stopped',
  pid: null,
  account: 'LocalSystem',
  dependsOn: [],
};

/**
 * A service of the site that watches packages. It depends on the PCM service and has a directory of
 * its own.
 */
const monitorService: Service = {
  ...workstationService,
  name: 'PACKAGE_MONITOR',
  imagePath: monitorPath,
  dependsOn: [pcmService],
};

/** Windows starts it again when it fails, and its packages are traced. */
const pcmKept: NonNullable<Service['kept']> = {
  failureactions: '80510100000000000000000001000000140000000100000060EA0000',
  [`${traceKey.toLowerCase()}\\enabled`]: '0x1',
  [`${traceKey.toLowerCase()}\\tracefilename`]: 'C:\\MS\\SMS\\LOGS\\PACMAN.LOG',
};

const serviceOf = (agent: Agent): Service => ({
  ...workstationService,
  name: agent.service,
  imagePath: agentPath(agent, agent.executable),
  dependsOn: [workstationService.name],
});

const loads = ['SMSRUN32.EXE', 'C:\\WINNT\\SMSRUN32.EXE', 'smsrun32.exe'] as const;
const accounts = ['CORP\\SMSService', 'LocalSystem'] as const;
const spellings = [(path: string) => path, (path: string) => path.toLowerCase()] as const;

/**
 * One client at the moment when the fleet is switched on: it was booted on one of the last two days
 * and lived its day until `world.startedAt`. `trait` is drawn from seed and client unless a test
 * names one.
 */
export function createMachine(world: World, row: FleetRow, trait: Trait = drawTrait(world, row)): Machine {
  const rules = rulesOf[trait];
  const machine = blankMachine(world, row, trait);
  const about = (what: string): number => machine.dice.toss(what);
  const bootedAt = world.startedAt - within(livedFor(world), about('booted'));
  boot(machine, bootedAt);
  advance(machine, world.startedAt);
  if (rules.packageRuns !== null)
    machine.packageUntil = world.startedAt + within(rules.packageRuns, about('package'));
  machine.diskFullUntil = until(world, rules.diskFull, about('disk'));
  machine.secondInstanceUntil = until(world, rules.secondInstance, about('second'));
  if (rules.offline !== null) takeAway(machine, world.startedAt + within(rules.offline, about('offline')));
  return machine;
}

/** With daily habits it has been shut down since, where its user does so. */
const livedFor = ({ habits }: World): Span =>
  habits === undefined ? [10 * hour, 34 * hour] : [34 * hour, 58 * hour];

export const drawTrait = (
  { seed, traits }: Pick<World, 'seed' | 'traits'>,
  { client, role }: Pick<FleetRow, 'client' | 'role'>,
): Trait => (role === 'server' ? 'server' : traitOf(seed, client, traits));

const until = ({ startedAt }: World, span: Span | 'forEver' | null, toss: number): number => {
  if (span === null) return 0;
  return span === 'forEver' ? Infinity : startedAt + within(span, toss);
};

function takeAway(machine: Machine, until: number): void {
  switchOff(machine);
  schedule(machine, until, 'boot');
}

/** Values that very many machines share. */
const nothingSaid: Machine['permissions'] = new Map();
const noLinks: Machine['links'] = new Set();
const noTroubles: Machine['troubles'] = [];
const noAliases: Machine['aliases'] = new Map();

function blankMachine(world: World, row: FleetRow, trait: Trait): Machine {
  const rules = rulesOf[trait];
  const dice = new Dice(world.seed, row.client);
  const about = (what: string): number => dice.toss(what);
  const placement = placementOf(world, row, rules);
  const base = firstDisk(
    world,
    pcmPath[placement],
    pick(rules.has, about('servicePack')),
    rules.agent !== null,
  );
  return {
    row,
    trait,
    rules,
    world,
    dice,
    power: 'off',
    boots: 0,
    bootedAt: 0,
    goingDown: false,
    nextPid: 0,
    processes: [],
    services: servicesAtFirst(world, row, rules),
    troubles: noTroubles,
    markedForDeletion: [],
    keptService: null,
    session: null,
    load: Array.from({ length: rules.loadStarts }, () => pick(loads, about('load'))).join(' '),
    setupPhase: 'installed',
    filesNotDownloaded: [],
    copyListVersion: oldCopyListVersion,
    shownIni: null,
    disk: { base, changes: new Map() },
    permissions: nothingSaid,
    links: noLinks,
    hidden: noLinks,
    aliases: noAliases,
    renames: [],
    run: null,
    transcript: null,
    packageUntil: 0,
    diskFullUntil: 0,
    secondInstanceUntil: 0,
    bootsPending: 0,
    willDie: rules.diesInMidCopy,
    fence: null,
    fencedRefusals: 0,
    journal: [],
    journalDropped: 0,
    violations: [],
    inFlight: [],
    unanswered: null,
    lastRead: 0,
    waiting: [],
    agenda: [],
    restarts: [],
    asksForRestart: null,
    marks: 0,
    notices: [],
    checkIns: 0,
  };
}

const placementOf = ({ seed }: World, { client }: FleetRow, rules: TraitRules): PcmPlacement =>
  pick(rules.pcm, chance(seed, client, 'pcm'));

/** The services of a client as they were set up. */
export function servicesAtFirst(world: World, row: FleetRow, rules: TraitRules): readonly Service[] {
  const placement = placementOf(world, row, rules);
  const path = pcmPath[placement];
  if (rules.agent !== null) return [workstationService, serviceOf(world.agent)];
  if (path === null) return [workstationService];
  const about = (what: string): number => chance(world.seed, row.client, what);
  const pcm: Service = {
    ...workstationService,
    name: pcmService,
    imagePath: pick(spellings, about('path'))(path),
    startType: placement === 'inBinByHand' ? 'manual' : 'automatic',
    account: pick(accounts, about('account')),
    dependsOn: [workstationService.name],
    kept: pcmKept,
  };
  return rules.pcmNeeded ? [workstationService, pcm, monitorService] : [workstationService, pcm];
}
