import type { FileState, Observation } from './observation.ts';
import { setupPhaseWords } from './words.ts';
import type { ProductRules, ReleaseFiles } from '../rules/policy.ts';

/** What the look says about the release on this client. Only `current` is success. */
export type Proof =
  | { readonly kind: 'current' }
  /**
   * Files that the client could not get: the server does not have them (Q168598), or copying
   * failed.
   */
  | { readonly kind: 'filesMissing'; readonly files: readonly string[] }
  | { readonly kind: 'notCurrent'; readonly because: string }
  /** Everything seen is right, but the client does not say something that belongs to the proof. */
  | { readonly kind: 'notSaid'; readonly because: string };

/**
 * Success = the setup phase is `installed` (or the product has none), nothing is left to download,
 * and every file of the manifest has the hash of the release. A version number proves nothing: a
 * product may write it before any file is copied.
 */
export function prove(files: ReleaseFiles, seen: Observation): Proof {
  const left = seen.filesNotDownloaded;
  if (left !== null && left.length > 0) return { kind: 'filesMissing', files: left };
  const different = Object.keys(files).filter((name) => !matches(seen.files[name], files[name]));
  if (different.length > 0) {
    const first = different[0] ?? '';
    const says =
      different.length === 1
        ? `1 file differs from the release (${first})`
        : `${different.length} files differ from the release (${first}, …)`;
    return { kind: 'notCurrent', because: says };
  }
  if (seen.setupPhase !== 'installed' && seen.setupPhase !== 'none')
    return { kind: 'notCurrent', because: `its setup phase is ${setupPhaseWords[seen.setupPhase]}` };
  return left === null ? { kind: 'notSaid', because: downloadsUnknown } : { kind: 'current' };
}

const downloadsUnknown = 'it does not say whether files are left to download';
export const phaseUnknown = 'its setup phase is missing or not understood';

/** What the client does not say, though every update of it depends on that; null = it says all. */
export function whatIsNotSaid({ route }: ProductRules, seen: Observation): string | null {
  if (route === 'logon' && seen.setupPhase === 'unknown') return phaseUnknown;
  return seen.filesNotDownloaded === null ? downloadsUnknown : null;
}

const matches = (state: FileState | undefined, sha256: string | undefined): boolean =>
  state !== undefined && 'sha256' in state && state.sha256 === sha256;

/** Why the release is not proved, in words. */
export const whyNot = (proof: Exclude<Proof, { kind: 'current' }>): string =>
  proof.kind === 'filesMissing' ? `not downloaded: ${proof.files.join(', ')}` : proof.because;
