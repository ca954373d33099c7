import { chance, type Span } from './chance.ts';
import { day, hour, minute } from './time.ts';

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
  | 'server';

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

/** The trait of a workstation. Servers are told by their role: `server`. */
export function traitOf(seed: string, client: string): Trait {
  let rest = chance(seed, client, 'trait');
  for (const [trait, weight] of weights) {
    rest -= weight;
    if (rest < 0) return trait;
  }
  return 'free';
}

/** Where a client has its PCM service, and how it starts there. */
export type PcmPlacement = 'none' | 'elsewhere' | 'inBinByHand' | 'inBinAutomatic';

/** What a trait means: initial state and rules, as data. The model reads these and never the trait's name. */
export interface TraitRules {
  readonly pcm: readonly [PcmPlacement, ...PcmPlacement[]];
  /** The PCM service starts from the component directory only; from anywhere else: error 1053. */
  readonly staysHome: boolean;
  /**
   * A program of the component directory that the user starts this long after each logon, and leaves open.
   */
  readonly program: { readonly executable: string; readonly afterLogon: Span } | null;
  /** Switched off for this long from the fleet's start. */
  readonly offline: Span | null;
  /** A package runs for this long from the fleet's start. */
  readonly packageRuns: Span | null;
  /** The client's logon server lacks one file of the release for it. */
  readonly serverLacksFile: boolean;
  readonly comesBack: boolean;
  readonly hasUser: boolean;
}

/**
 * Nothing is in the way. Having the PCM service is no fault: only running out of the component directory is.
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
  // Its user is away: otherwise a logon between mark and restart would upgrade it on some runs and not on
  // others.
  neverComesBack: { ...plain, comesBack: false, hasUser: false },
  server: { ...inBin, hasUser: false },
};
