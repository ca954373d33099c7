import { chance, pick, type Span } from './chance.ts';
import { day, hour, minute, second } from './time.ts';

/** What is special about a client. The names are part of the lab's contract with its tests. */
export type Trait =
  | 'free'
  | 'pcmInBin'
  | 'userProgram'
  | 'offlineForDays'
  | 'pcmBusy'
  | 'fileMissing'
  | 'staysHome'
  | 'neverComesBack'
  | 'server'
  | ExtraTrait
  | AgentTrait;

/**
 * Rarer troubles. A fleet has them only when it asks for all traits: the demo's shares stay as
 * they are.
 */
export const extraTraits = [
  'diskFull',
  'diskFullAtFirst',
  'diskFullBlocked',
  'loadTwice',
  'loadMissing',
  'secondInstance',
  'twoBoots',
  'slowStop',
  'rightLost',
  'clockOff',
  'diesInMidCopy',
  'pcmNeeded',
  'atSp3',
  'current',
] as const;

/** Machines with a second product, an agent. A fleet has them only when it asks for agents. */
export const agentTraits = ['agent', 'agentBreaks', 'agentProgram', 'agentProgramBreaks'] as const;

export type AgentTrait = (typeof agentTraits)[number];

export type ExtraTrait = (typeof extraTraits)[number];

/**
 * `usual`: the shares of the demo. `all`: a third of the fleet has one of the extra traits, in
 * equal shares; `agents`: a third of it has one of the agents' traits; `product`: all of it has.
 */
export const traitSets = ['usual', 'all', 'agents', 'product'] as const;

export type TraitSet = (typeof traitSets)[number];

/** The smallest set that has this trait. */
export const setOf = (trait: Trait): TraitSet => {
  if (agentTraits.some((agent) => agent === trait)) return 'agents';
  return extraTraits.some((extra) => extra === trait) ? 'all' : 'usual';
};

const weights: readonly (readonly [Trait, number])[] = [
  ['free', 0.44],
  ['pcmInBin', 0.3],
  ['userProgram', 0.08],
  ['offlineForDays', 0.05],
  ['pcmBusy', 0.06],
  ['fileMissing', 0.025],
  ['staysHome', 0.025],
  ['neverComesBack', 0.02],
];

/** A fleet of which each machine has the agent: some of them in trouble. */
const agentWeights: readonly (readonly [Trait, number])[] = [
  ['agent', 0.7],
  ['agentProgram', 0.16],
  ['agentBreaks', 0.1],
  ['agentProgramBreaks', 0.04],
];

const extraShare = 1 / 3;

/** The trait of a workstation. A server has its role as its trait: `server`. */
export function traitOf(seed: string, client: string, set: TraitSet = 'usual'): Trait {
  if (set === 'all' && chance(seed, client, 'has extra') < extraShare)
    return pick(extraTraits, chance(seed, client, 'extra'));
  if (set === 'agents' && chance(seed, client, 'has agent') < extraShare)
    return pick(agentTraits, chance(seed, client, 'agent'));
  let rest = chance(seed, client, 'trait');
  for (const [trait, weight] of set === 'product' ? agentWeights : weights) {
    rest -= weight;
    if (rest < 0) return trait;
  }
  return set === 'product' ? 'agent' : 'free';
}

/** The directory of the PCM service on a client, and its start type. */
export type PcmPlacement = 'none' | 'elsewhere' | 'inBinByHand' | 'inBinAutomatic';

/**
 * The meaning of a trait: initial state and rules, as data. The model reads these and never the
 * name of the trait.
 */
export interface TraitRules {
  readonly pcm: readonly [PcmPlacement, ...PcmPlacement[]];
  /** The PCM service starts only from the component directory; elsewhere with error 1053. */
  readonly staysHome: boolean;
  /**
   * A program of the component directory that the user starts so long after each logon, and leaves
   * open.
   */
  readonly program: {
    /** `ofAgent`: the agent's own program, if it has one, in the agent's directory. */
    readonly executable: string;
    readonly afterLogon: Span;
  } | null;
  /** Switched off for so long after the fleet's start. */
  readonly offline: Span | null;
  /** A package runs for so long after the fleet's start. */
  readonly packageRuns: Span | null;
  /** The client's logon server has one file of the release missing for it. */
  readonly serverLacksFile: boolean;
  readonly comesBack: boolean;
  readonly hasUser: boolean;
  /** The version on the client before the release: a service pack, or the release itself. */
  readonly has: readonly [ServicePack, ...ServicePack[]];
  /** No file of the release fits on the disk, for so long after the fleet's start. */
  readonly diskFull: Span | 'forEver' | null;
  /** How often Load of its user starts Smsrun32. */
  readonly loadStarts: 0 | 1 | 2;
  /**
   * For so long after the fleet's start its user starts a second Smsrun32 while the first one
   * copies.
   */
  readonly secondInstance: Span | null;
  /** Boots after a mark until no restart is pending any more. */
  readonly bootsNeeded: 1 | 2;
  /** How long the PCM service takes to stop. */
  readonly stopTakes: Span;
  /**
   * The PCM service's account has lost its right to log on as a service: a start gives error 1069.
   */
  readonly rightLost: boolean;
  /** How far the client's clock is ahead. */
  readonly clockOffMs: number;
  /** The power fails once while Smsrun32 copies. */
  readonly diesInMidCopy: boolean;
  /** Another automatic service depends on the PCM service, and runs. */
  readonly pcmNeeded: boolean;
  /**
   * The client has the agent, whose service runs; `breaks`: only from the files of its first
   * version. Null = it has no agent.
   */
  readonly agent: 'runs' | 'breaks' | null;
}

export type ServicePack = 1 | 2 | 3 | 'release';

/**
 * Nothing blocks the release. Having the PCM service is no trouble: only its running out of the
 * component directory is.
 */
const plain: TraitRules = {
  pcm: ['none', 'none', 'none', 'elsewhere', 'inBinByHand'],
  staysHome: false,
  program: null,
  offline: null,
  packageRuns: null,
  serverLacksFile: false,
  comesBack: true,
  hasUser: true,
  has: [2, 2, 2, 1],
  diskFull: null,
  loadStarts: 1,
  secondInstance: null,
  bootsNeeded: 1,
  stopTakes: [1 * second, 6 * second],
  rightLost: false,
  clockOffMs: 0,
  diesInMidCopy: false,
  pcmNeeded: false,
  agent: null,
};

const withAgent: TraitRules = { ...plain, pcm: ['none'], agent: 'runs' };
/** Its user opens the program in the morning and leaves it open till the evening. */
const withAgentsProgram: TraitRules = {
  ...withAgent,
  program: { executable: 'ofAgent', afterLogon: [4 * minute, 20 * minute] },
};

const inBin: TraitRules = { ...plain, pcm: ['inBinAutomatic'] };

export const rulesOf: Readonly<Record<Trait, TraitRules>> = {
  free: plain,
  pcmInBin: inBin,
  userProgram: {
    ...plain,
    program: { executable: 'PCMWIN32.EXE', afterLogon: [4 * minute, 20 * minute] },
  },
  offlineForDays: { ...plain, offline: [2 * day, 3 * day] },
  pcmBusy: { ...inBin, packageRuns: [6 * hour, 20 * hour] },
  fileMissing: { ...plain, serverLacksFile: true },
  staysHome: { ...inBin, staysHome: true },
  // Its user is absent: otherwise a logon between mark and restart would upgrade the client in some
  // runs and not in others.
  neverComesBack: { ...plain, comesBack: false, hasUser: false },
  server: { ...inBin, hasUser: false },
  diskFull: { ...plain, diskFull: 'forEver' },
  // The disk is full on the first morning and not on the second.
  diskFullAtFirst: { ...plain, diskFull: [22 * hour, 26 * hour] },
  diskFullBlocked: { ...inBin, diskFull: 'forEver' },
  loadTwice: { ...plain, loadStarts: 2 },
  loadMissing: { ...plain, loadStarts: 0 },
  secondInstance: { ...plain, secondInstance: [22 * hour, 26 * hour] },
  twoBoots: { ...plain, bootsNeeded: 2 },
  slowStop: { ...inBin, stopTakes: [3 * minute, 8 * minute] },
  rightLost: { ...inBin, rightLost: true },
  clockOff: { ...inBin, clockOffMs: -1 * hour },
  diesInMidCopy: { ...plain, diesInMidCopy: true },
  pcmNeeded: { ...inBin, pcmNeeded: true },
  // From service pack 3 on Smsrun32 ignores its own service (Q157677): no service has to be
  // relocated.
  atSp3: { ...inBin, has: [3] },
  current: { ...plain, has: ['release'] },
  agent: withAgent,
  agentBreaks: { ...withAgent, agent: 'breaks' },
  agentProgram: withAgentsProgram,
  agentProgramBreaks: { ...withAgentsProgram, agent: 'breaks' },
};
