import type { Client } from '../../shared/domain/campaign/definition.ts';
import type { Rules } from '../../shared/domain/rules/policy.ts';
import type { Command, UpgradeEvent } from '../../shared/domain/upgrade/events.ts';

/** What came of a command, and when: policy time. */
export interface Answer {
  readonly event: UpgradeEvent;
  readonly at: number;
  /** When the client checked in meanwhile. */
  readonly checkIns: readonly number[];
}

/** One command on one client. */
export interface Order {
  readonly client: Client;
  readonly rules: Rules;
  readonly command: Command;
  /** When it begins: policy time. */
  readonly at: number;
  /** Number of the driver's lease; a later driver of the client has a greater one. */
  readonly driver: number;
  /** The command may have been sent before, by another driver. */
  readonly mayHaveBegun: boolean;
}

/**
 * The clients as a simulation sees them. Nothing but orders and time changes a client, and each
 * client is asked in the order of time.
 */
export interface ClientModel {
  /** Carries a command out. The client's own time is the time of the answer afterwards. */
  run(order: Order): Promise<Answer> | Answer;
  /** When the client checks in by itself at the earliest; Infinity = never. */
  nextMoment(client: Client): number;
  /**
   * Lets the client live until a time.
   * @returns when it checked in
   */
  live(client: Client, until: number): readonly number[];
  /** Nothing is asked about the client any more, unless its upgrade is reopened. */
  forget(client: Client): void;
}
