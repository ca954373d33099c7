import type { Client } from '../../shared/domain/campaign/definition.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import type { Rules } from '../../shared/domain/rules/policy.ts';
import { countersOf } from '../../shared/domain/upgrade/count-upgrade.ts';
import type { InboxEvent } from '../../shared/domain/upgrade/inbox.ts';
import { isFinishing, type Place, type QueueName, queueOf } from '../../shared/domain/upgrade/placement.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';

/** The record of one upgrade in a simulation: what the store keeps of it. */
export interface Row {
  readonly client: Client;
  upgrade: Upgrade;
  index: Place['index'];
  /** Policy time, where the index is `due`. */
  dueAt: number;
  parkedAt: number;
  queue: QueueName;
  /** Number of the next activation, or of the present one. */
  activation: number;
  holdsSlots: boolean;
  finishing: boolean;
  inbox: readonly InboxEvent[];
  /** What the present driver has found in the inbox, and has not decided on yet. */
  leased: readonly InboxEvent[];
  /** What of the upgrade stands in the counters of its campaign. */
  counted: Counters;
  /** The rules of the present activation; null = it has none. */
  rules: Rules | null;
  /** The present command may have been begun before: see the driver's loop. */
  mayHaveBegun: boolean;
}

/** An upgrade that is due at once and holds its slots, as admission makes it. */
export const newRow = (client: Client, upgrade: Upgrade, at: number): Row => ({
  client,
  upgrade,
  index: 'due',
  dueAt: at,
  parkedAt: 0,
  queue: queueOf(upgrade),
  activation: 1,
  holdsSlots: true,
  finishing: isFinishing(upgrade),
  inbox: [],
  leased: [],
  counted: countersOf(upgrade),
  rules: null,
  mayHaveBegun: true,
});
