import type { Clock } from '../clock.ts';
import type { Client } from '../domain/campaign/definition.ts';
import type { Rules } from '../domain/rules/policy.ts';
import type { Result } from '../errors.ts';
import type { Profile } from '../products/profile.ts';
import type { Evidence } from '../store/types.ts';
import type { Change, Gateway } from './gateway.ts';
import type { LookParsers } from './observation/read-observation.ts';
import type { Timing } from './timing.ts';

/** The files of one release as they can be read here. */
export interface ReleaseFolder {
  /**
   * The path of a component file that has the size and SHA-256 of the manifest.
   * Faults: `release.unreadable`, `release.changed`.
   * @param name as the manifest has it, in lower case
   */
  pathOf(name: string): Promise<Result<string>>;
}

/** What a command on the client needs of its driver. */
export interface CommandContext {
  readonly client: Client;
  readonly rules: Rules;
  readonly profile: Profile;
  readonly gateway: Gateway;
  /** Target and fence of every changing call. */
  readonly change: Change;
  readonly clock: Clock;
  /** The files of the campaign's release. */
  readonly releaseFolder: ReleaseFolder;
  /** How steps wait; left out = in real time. */
  readonly timing?: Timing;
  /** Keeps a raw text; left out = every text is kept by its SHA-256. */
  readonly keepEvidence?: KeepEvidence;
  /** How texts are read; left out = by the profile. */
  readonly parsers?: LookParsers;
}

/** @param text makes the text, only where it is kept */
export type KeepEvidence = (text: () => string) => Evidence;

/** What a step of a procedure needs of its driver. */
export type StepContext = Omit<CommandContext, 'client' | 'profile'>;
