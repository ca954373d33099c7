import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { ok, type Result } from '../../shared/errors.ts';
import type { OrchestratorContext } from '../context.ts';
import type { Permit } from '../requests/permit.ts';
import { undo } from '../domain/reopen.ts';
import type { Refusal } from '../refusal.ts';
import { reopenAll } from './retry.ts';

/** How many clients move their services back, and which could not be asked to, and why. */
export interface UndoneRelocations {
  readonly campaign: string;
  readonly reopened: number;
  readonly passedOver: number;
  /** The first of the clients that were passed over. */
  readonly because: readonly { readonly client: string; readonly because: string }[];
}

/** A person reads no more names than these. */
const namedAtMost = 20;

/**
 * Opens every client whose service servpack has relocated, so that the service goes back to its
 * path. The budgets of the campaign hold for these clients, and how each upgrade ended stays. A
 * client that is not finished is passed over, with the reason. Safe to repeat: a client whose
 * service is back is not opened again.
 */
export async function undoCampaign(
  context: OrchestratorContext,
  permit: Permit,
  name: string,
  reason: string,
): Promise<Result<UndoneRelocations, Refusal>> {
  const because: { client: string; because: string }[] = [];
  const done = await reopenAll(context, permit.by, name, {
    isAsked: isRelocated,
    reopen: (upgrade) => undo(upgrade, permit.by, reason),
    onRefused: (client, why) => {
      if (because.length < namedAtMost) because.push({ client, because: why });
    },
  });
  if (!done.ok) return done;
  return ok({ ...done.value, because: because.toSorted((a, b) => (a.client < b.client ? -1 : 1)) });
}

/** Not those that a person has asked to move back already. */
const isRelocated = ({ memory: { learned, request } }: Upgrade): boolean =>
  learned.beforeRelocation !== null && request?.kind !== 'undo';
