import { ok, type Result } from '../../shared/errors.ts';
import { capped, evidenceBytesAtMost } from '../../shared/evidence.ts';
import { endWord } from '../../shared/domain/outcome/ending.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { type Part, reachedPart } from './clients.ts';
import { dispatchJobs, type OrchestratorContext } from '../context.ts';
import type { Refusal } from '../refusal.ts';

/** What follows from a check-in. */
export interface CheckIn {
  readonly client: string;
  /** False when there is nothing to do; `because` says why. That is no error. */
  readonly looks: boolean;
  readonly campaign: string | null;
  readonly because: string;
}

/**
 * A client reports in (its logon script, or a person for it). That causes a look at once and proves
 * nothing by itself.
 * @param transcript what Smsrun32 said; cut to 16 KiB
 */
export async function checkIn(
  context: OrchestratorContext,
  name: string,
  transcript: string | null,
): Promise<Result<CheckIn, Refusal>> {
  const found = await reachedPart(context, name, null);
  if (!found.ok) return found;
  // A narrowed caller reports a client in to the campaign that was checked, and to no other.
  const isNarrowed = context.asker !== undefined;
  if (isNarrowed && found.value === null)
    return ok({ client: name, looks: false, campaign: null, because: `client ${name} is in no campaign` });
  const only = isNarrowed ? found.value?.campaign : undefined;
  const reported = await reportIn(context, name, transcript, only);
  if (reported.looks) return ok(reported);
  const now = await reachedPart(context, name, null);
  if (!now.ok) return now;
  const finished = howItFinished(name, now.value);
  return ok(finished === null ? reported : { ...reported, because: finished });
}

/** Says how the newest upgrade of a client has ended, and when; null = it is not finished. */
function howItFinished(name: string, part: Part | null): string | null {
  const state = part?.kind === 'admitted' ? part.stored.upgrade.state : null;
  return part === null || state?.phase !== 'settled'
    ? null
    : `client ${name} is already finished (${endWord(state.end)} ${isoOf(state.at)}) in campaign ${part.campaign}`;
}

/**
 * The same for a client that is known to be in the fleet.
 * @param only the only campaign that the report goes to; left out = the one that has the client
 */
export async function reportIn(
  context: OrchestratorContext,
  name: string,
  transcript: string | null,
  only?: string,
): Promise<CheckIn> {
  const { store, clock, log } = context;
  const cut = transcript === null ? null : capped(transcript, evidenceBytesAtMost);
  const delivered = await store.deliver(name, { type: 'CheckedIn', transcript: cut }, clock.now(), only);
  log.info({ client: name, answer: delivered.kind }, 'checked in');
  if (delivered.kind === 'ignored')
    return { client: name, looks: false, campaign: null, because: delivered.because };
  const { key, next } = delivered;
  await dispatchJobs(context, next === null ? [] : [next]);
  const because = next === null ? 'queued: looked at as soon as a worker is free' : 'it is looked at now';
  return { client: name, looks: true, campaign: key.campaign, because };
}
