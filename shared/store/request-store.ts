import type { CommandRequest } from '../domain/campaign/command-request.ts';
import type { AuditEntry } from './types.ts';

export interface RequestRecord {
  /** Grows with each change. */
  readonly version: number;
  readonly request: CommandRequest;
}

/** Commands that wait for the approval of another person, and those that were closed lately. */
export interface RequestStore {
  /** All of them, in the order of their keys (`requestKey`). */
  requests(): Promise<readonly RequestRecord[]>;
  readRequest(key: string): Promise<RequestRecord | null>;
  /**
   * Writes, changes or (null) forgets a request by compare-and-set of its version; version 0 = it
   * is not there yet.
   * @param audit null = nothing has happened: a closed request is forgotten
   * @returns false when another change came first: read again
   */
  commitRequest(
    key: string,
    next: CommandRequest | null,
    version: number,
    audit: AuditEntry | null,
  ): Promise<boolean>;
  /**
   * Takes the next number of a request. Every request of this store has its own, and a number that
   * was taken never comes again.
   * @param above the number is higher than this one, too
   */
  takeRequestNumber(above: number): Promise<number>;
}
