import type { Servers } from './servers-process.ts';

/** The clients as every side finds them, with what it takes to log in. */
export interface Ground extends Servers {
  /** Files of the run; gone with it. */
  readonly folder: string;
  readonly userKeyFile: string;
  readonly knownHostsFile: string;
  readonly concurrency: number;
}

/** By client, the command lines that bring it from the old release to the new one. */
export type Lines = ReadonlyMap<string, readonly string[]>;

/** What one go over all clients took: real milliseconds, and CPU milliseconds by process. */
export interface Go {
  readonly ms: number;
  readonly cpu: Readonly<Record<string, number>>;
}
