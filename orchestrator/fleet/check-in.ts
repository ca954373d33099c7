import { err, ok, type Result } from '../../shared/errors.ts';
import { capped, evidenceBytesAtMost } from '../../shared/evidence.ts';
import { endWord } from '../../shared/domain/outcome/ending.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { partOf } from './clients.ts';
import { dispatchJobs, type OrchestratorContext } from '../context.ts';
import { notFound, type Refusal } from '../refusal.ts';

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
  if ((await context.store.readClient(name)) === null) return err(notFound('client', name, ' in the fleet'));
  const reported = await reportIn(context, name, transcript);
  if (reported.looks) return ok(reported);
  const finished = await howItFinished(context, name);
  return ok(finished === null ? reported : { ...reported, because: finished });
}

/** Says how the newest upgrade of a client has ended, and when; null = it is not finished. */
async function howItFinished({ store }: OrchestratorContext, name: string): Promise<string | null> {
  const part = await partOf(store, name, null);
  const state = part?.kind === 'admitted' ? part.stored.upgrade.state : null;
  return part === null || state?.phase !== 'settled'
    ? null
    : `client ${name} is already finished (${endWord(state.end)} ${isoOf(state.at)}) in campaign ${part.campaign}`;
}

/** The same for a client that is known to be in the fleet. */
export async function reportIn(
  context: OrchestratorContext,
  name: string,
  transcript: string | null,
): Promise<CheckIn> {
  const { store, clock, log } = context;
  const cut = transcript === null ? null : capped(transcript, evidenceBytesAtMost);
  const delivered = await store.deliver(name, { type: 'CheckedIn', transcript: cut }, clock.now());
  log.info({ client: name, answer: delivered.kind }, 'checked in');
  if (delivered.kind === 'ignored')
    return { client: name, looks: false, campaign: null, because: delivered.because };
  const { key, next } = delivered;
  await dispatchJobs(context, next === null ? [] : [next]);
  const because = next === null ? 'queued: looked at as soon as a worker is free' : 'it is looked at now';
  return { client: name, looks: true, campaign: key.campaign, because };
}
