import type { FileState, Observation } from './observation.ts';
import type { ReleaseFiles } from '../rules/policy.ts';

/** What the evidence says about the release on this client. Only `current` is success. */
export type Proof =
  | { readonly kind: 'current' }
  /** Files the client could not get: the logon server does not have them (Q168598), or its copy failed. */
  | { readonly kind: 'filesMissing'; readonly files: readonly string[] }
  | { readonly kind: 'notCurrent'; readonly because: string };

/**
 * Success = the setup phase is installed (or the product has none) AND nothing is left to download AND every file of the manifest has
 * the release's hash. Nothing else that a client says of its version is asked: a product may write that down before any file is copied.
 */
export function prove(files: ReleaseFiles, seen: Observation): Proof {
  if (seen.filesNotDownloaded.length > 0) return { kind: 'filesMissing', files: seen.filesNotDownloaded };
  const different = Object.entries(files).filter(([name, sha256]) => !matches(seen.files[name], sha256));
  if (different.length > 0) {
    const first = different[0]?.[0] ?? '';
    return { kind: 'notCurrent', because: `${different.length} files differ from the release (${first}, …)` };
  }
  return seen.setupPhase === 'installed' || seen.setupPhase === 'none'
    ? { kind: 'current' }
    : { kind: 'notCurrent', because: `its setup phase is ${seen.setupPhase}` };
}

const matches = (state: FileState | undefined, sha256: string): boolean =>
  state !== undefined && 'sha256' in state && state.sha256 === sha256;

/** Why the release is not there, in words. */
export const whyNot = (proof: Exclude<Proof, { kind: 'current' }>): string =>
  proof.kind === 'filesMissing' ? `not downloaded: ${proof.files.join(', ')}` : proof.because;
