import { err, ok, type Result } from '../../shared/errors.ts';
import { capped, evidenceBytesAtMost } from '../../shared/evidence.ts';
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
  return ok(await reportIn(context, name, transcript));
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
  const because =
    next === null
      ? 'it is looked at as soon as its worker is done with it, or a slot is free'
      : 'it is looked at now';
  return { client: name, looks: true, campaign: key.campaign, because };
}
