import type { Failure } from '../shared/domain/observation/failure.ts';
import { type Health, healthOf } from '../shared/domain/observation/health.ts';
import { couldNotLook, remarksOf, verdictOf } from '../shared/domain/observation/verdict.ts';
import type { LastLook } from '../shared/domain/survey/last-look.ts';
import { reasonOf } from '../shared/reason-of.ts';
import type { AskedLook, LookKey } from '../shared/store/survey-store.ts';
import type { Evidence } from '../shared/store/types.ts';
import type { WorkerContext } from './context.ts';
import { targetOf } from '../shared/execution/gateway.ts';
import { observeClient } from '../shared/execution/observation/observe-client.ts';
import type { SurveyScopes } from './survey-scope.ts';

/**
 * `ignored`: the survey has the answer already, or is over. `letGo`: this worker stops; another one
 * makes the look.
 */
export type LookEnd = 'put' | 'ignored' | 'letGo';

/** What a worker process shares among all its looks. */
export interface Surveyor extends Pick<WorkerContext, 'store' | 'clock' | 'log' | 'gateway' | 'quiet'> {
  readonly scopes: SurveyScopes;
}

/**
 * A look is not made once more when so many workers died on it: the survey gets the answer that the
 * client could not be looked at.
 */
const lostWorkersAtMost = 5;

/**
 * Makes one look of a survey. A look changes nothing: neither on the client nor in any upgrade. A
 * client that could not be looked at is an answer too, and is not tried again.
 * @param lostWorkers how many workers died while they made this look; BullMQ counts them in its job
 * @param stop gives the look up without an answer
 * @returns how the look ended
 * @throws when Redis does not answer
 */
export async function makeLook(
  surveyor: Surveyor,
  key: LookKey,
  lostWorkers: number,
  stop: AbortSignal,
): Promise<LookEnd> {
  const { store, log, quiet, clock } = surveyor;
  if (quiet?.aborted === true) return 'letGo';
  const asked = await store.readAskedLook(key);
  if (asked === null) return 'ignored';
  const found =
    lostWorkers >= lostWorkersAtMost
      ? failed('failed', `${lostWorkers} workers in a row were lost on it`)
      : await find(surveyor, asked, stop);
  // The end of this worker is no fault of the client.
  if (stop.aborted) return 'letGo';
  const { survey, product, release, keepsEvidence } = asked.survey;
  const { verdict, remarks, evidence, health } = found;
  const look: LastLook = {
    at: clock.now(),
    survey,
    product,
    release,
    verdict,
    remarks,
    campaign: asked.campaign,
    evidence: evidence?.sha256 ?? null,
    ...(asked.survey.asksHealth === true ? { health } : {}),
  };
  const isPut = await store.putLook(key, look, keepsEvidence ? evidence : null);
  log.debug({ ...key, verdict: verdict.kind }, 'looked');
  return isPut ? 'put' : 'ignored';
}

interface Found extends Pick<LastLook, 'verdict' | 'remarks'> {
  readonly health: Health;
  readonly evidence: Evidence | null;
}

const failed = (kind: Failure['kind'], message: string): Found => ({
  verdict: couldNotLook({ kind, message }),
  health: { kind: 'notKnown', because: message },
  remarks: [],
  evidence: null,
});

async function find(
  { scopes, gateway, log }: Surveyor,
  { survey, client }: AskedLook,
  signal: AbortSignal,
): Promise<Found> {
  if (client === null) return failed('failed', 'it is not in the fleet any more');
  const scope = await scopes.of(survey);
  if (typeof scope === 'string') return failed('failed', scope);
  try {
    const seen = await observeClient(gateway, scope, { client, target: targetOf(client), signal });
    if (!seen.ok) return failed(seen.error.kind, seen.error.message);
    const { observation, evidence } = seen.value;
    const verdict = verdictOf(scope.product, survey.release === null ? null : scope.files, observation);
    const health = healthOf(scope.product, scope, observation);
    return { verdict, health, remarks: remarksOf(scope.product, observation), evidence };
  } catch (error) {
    // A fault of servpack itself: the same look would fail again.
    if (!signal.aborted) log.error({ survey: survey.survey, client: client.client, error }, 'a look failed');
    return failed('failed', reasonOf(error));
  }
}
