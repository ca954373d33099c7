import type { LastLook } from '../shared/domain/survey/last-look.ts';
import { couldNotLook, remarksOf, verdictOf } from '../shared/domain/observation/verdict.ts';
import type { BegunLook, LookKey } from '../shared/store/survey-store.ts';
import type { WorkerContext } from './context.ts';
import { targetOf } from './gateways/gateway.ts';
import { observeClient } from './observation/observe-client.ts';
import { surveyScope } from './survey-target.ts';
import type { Failure } from '../shared/domain/observation/failure.ts';
import type { Evidence } from '../shared/store/types.ts';

/** `ignored`: it is not asked for any more. `letGo`: the worker stops, and somebody else is asked. */
export type LookEnd = 'put' | 'ignored' | 'letGo';

type Surveyor = Pick<WorkerContext, 'store' | 'clock' | 'log' | 'gateway' | 'quiet'>;

/** Whatever brings down worker after worker is given up, and said. */
const triesAtMost = 5;

/**
 * One look of a survey, which changes nothing: neither on the client nor in any upgrade. What can not be found out is written down as
 * such; it is not tried again.
 * @param stop lets go of the look
 */
export async function lookFor(surveyor: Surveyor, key: LookKey, stop: AbortSignal): Promise<LookEnd> {
  const { store, log, quiet } = surveyor;
  if (quiet?.aborted === true) return 'letGo';
  const begun = await store.beginLook(key);
  if (begun === null) return 'ignored';
  const { look, evidence } = await lookAt(surveyor, begun, stop);
  // Our own end is no fault of the client.
  if (stop.aborted) return 'letGo';
  const isPut = await store.putLook(key, look, begun.survey.keepsEvidence ? evidence : null);
  log.debug({ ...key, verdict: look.verdict.kind }, 'looked');
  return isPut ? 'put' : 'ignored';
}

interface Found {
  readonly look: LastLook;
  readonly evidence: Evidence | null;
}

async function lookAt(surveyor: Surveyor, begun: BegunLook, signal: AbortSignal): Promise<Found> {
  const { survey, client, tries, campaign } = begun;
  const found = (verdict: LastLook['verdict'], rest: Partial<LastLook> = {}): LastLook => ({
    at: surveyor.clock.now(),
    survey: survey.survey,
    product: survey.product,
    release: survey.release,
    verdict,
    remarks: [],
    campaign,
    evidence: null,
    ...rest,
  });
  const failed = (kind: Failure['kind'], message: string): Found => ({
    look: found(couldNotLook({ kind, message })),
    evidence: null,
  });
  if (client === null) return failed('failed', 'it is not in the fleet any more');
  if (tries > triesAtMost) return failed('failed', `${tries - 1} workers in a row were lost on it`);
  const scope = await surveyScope(surveyor.store, survey);
  if (typeof scope === 'string') return failed('failed', scope);
  const seen = await observeClient(surveyor.gateway, scope, { client, target: targetOf(client), signal });
  if (!seen.ok) return failed(seen.error.kind, seen.error.message);
  const { observation, evidence } = seen.value;
  const files = survey.release === null ? null : scope.files;
  const verdict = verdictOf(scope.product, files, observation);
  const rest = { remarks: remarksOf(scope.product, observation), evidence: evidence.sha256 };
  return { look: found(verdict, rest), evidence };
}
