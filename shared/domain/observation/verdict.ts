import { type Blocker, blockersOf } from './blocker.ts';
import { directoryOf } from './image-path.ts';
import type { Observation } from './observation.ts';
import type { ProductRules, ReleaseFiles } from '../rules/policy.ts';
import { prove, whatIsNotSaid } from './proof.ts';
import type { Failure } from './failure.ts';

/**
 * What a look at one client means without any campaign: would an update get past what runs there
 * now?
 */
export type Verdict =
  | { readonly kind: 'free' }
  /** Every file is that of the release in question: there is nothing to do. */
  | { readonly kind: 'current' }
  | {
      readonly kind: 'blocked';
      readonly blockers: readonly Blocker[];
      /** How many of the blockers are services that the product profile can relocate. */
      readonly movable: number;
    }
  /**
   * Logon, site and helper servers have the same services legitimately: a campaign changes none.
   */
  | { readonly kind: 'server' }
  /** Unknown is a verdict of its own, and never `free`. */
  | { readonly kind: 'couldNotLook'; readonly failure: Failure['kind']; readonly error: string };

export const verdictKinds = ['free', 'current', 'blocked', 'server', 'couldNotLook'] as const;

/** What else a campaign would find on this client. */
export const remarks = [
  'marked',
  'unfinished',
  'packageRuns',
  'restartPending',
  'loadMissing',
  'loadDouble',
  'noSetupPhase',
] as const;

export type Remark = (typeof remarks)[number];

/**
 * The verdict of one look, by the questions of an upgrade in their order: a server is excluded; a
 * client that is proved current needs nothing; only then it matters what is in the way. A client on
 * which nothing is seen in the way is free only when it says everything that an update depends on.
 * @param files of the release in question; null = no release, so nothing is proved
 */
export function verdictOf(product: ProductRules, files: ReleaseFiles | null, seen: Observation): Verdict {
  if (seen.role === 'server') return { kind: 'server' };
  if (files !== null && prove(files, seen).kind === 'current') return { kind: 'current' };
  const blockers = blockersOf(product, seen);
  if (blockers.length === 0) {
    const unknown = whatIsNotSaid(product, seen);
    return unknown === null ? { kind: 'free' } : couldNotLook({ kind: 'garbled', message: unknown });
  }
  const isMovable = (blocker: Blocker): boolean =>
    blocker.kind === 'service' && Object.hasOwn(product.relocatable, blocker.service.toLowerCase());
  return { kind: 'blocked', blockers, movable: blockers.filter(isMovable).length };
}

/** The verdict of a look that failed. */
export const couldNotLook = ({ kind, message }: Failure): Verdict => ({
  kind: 'couldNotLook',
  failure: kind,
  error: message,
});

/** What else a campaign would find on this client, in a fixed order. */
export function remarksOf({ route }: ProductRules, seen: Observation): readonly Remark[] {
  const isLogon = route === 'logon';
  const holds: Readonly<Record<Remark, boolean>> = {
    marked: isLogon && (seen.setupPhase === 'upgrade' || seen.setupPhase === 'verifyFiles'),
    unfinished: seen.intent !== null,
    packageRuns: seen.packageRunning,
    restartPending: seen.pendingRestart,
    loadMissing: isLogon && seen.load === 'missing',
    loadDouble: isLogon && seen.load === 'double',
    noSetupPhase: seen.setupPhase === 'unknown',
  };
  return remarks.filter((remark) => holds[remark]);
}

/** `BLOCKED pcmsvc32.exe, automatic, runs from C:\MS\SMS\BIN (structural)` */
export function describeVerdict(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'free':
      return 'free';
    case 'current':
      return 'current: every file is that of the release';
    case 'server':
      return 'server: looked at, never changed';
    case 'blocked':
      return `BLOCKED ${verdict.blockers.map(inShort).join('; ')}`;
    case 'couldNotLook':
      return `COULD NOT LOOK (${failureWords[verdict.failure]}): ${verdict.error}`;
  }
}

export const failureWords: Readonly<Record<Failure['kind'], string>> = {
  unreachable: 'unreachable',
  timedOut: 'no answer in time',
  cutOff: 'cut off',
  fenced: 'refused',
  failed: 'failed',
  garbled: 'answer not understood',
};

export const remarkWords: Readonly<Record<Remark, string>> = {
  marked: 'marked: installs at its next logon',
  unfinished: 'a procedure is unfinished there',
  packageRuns: 'a package runs now',
  restartPending: 'a restart is pending',
  loadMissing: 'Load does not start the update program',
  loadDouble: 'Load starts the update program twice',
  noSetupPhase: 'no setup phase found: is the product installed there?',
};

function inShort(blocker: Blocker): string {
  switch (blocker.kind) {
    case 'service': {
      const { executable, startType, imagePath, structural } = blocker;
      return `${executable}, ${startType}, runs from ${directoryOf(imagePath)}${structural ? ' (structural)' : ''}`;
    }
    case 'program':
      return `${blocker.executable}, started by ${blocker.user} in session ${blocker.session}`;
    case 'heldFile':
      return `${blocker.file}, held open by something unknown`;
    case 'couldNotLook':
      return blocker.error;
  }
}
