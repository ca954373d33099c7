import type { Client } from '../../shared/domain/campaign/definition.ts';
import type { Observation } from '../../shared/domain/observation/observation.ts';
import { ok } from '../../shared/errors.ts';
import { evidenceOf, sha256 } from '../../shared/evidence.ts';
import { lookRequest } from './look-request.ts';
import { readObservation } from './read-observation.ts';
import type { Gateway, GatewayResult, Target } from '../gateways/gateway.ts';
import type { SurveyScope } from '../survey-scope.ts';
import type { Evidence } from '../../shared/store/types.ts';

/** What was seen, and the raw text it rests on. */
export interface Seen {
  readonly observation: Observation;
  readonly evidence: Evidence;
}

/** Looks at a client and changes nothing on it. */
export async function observeClient(
  gateway: Gateway,
  { profile, files }: Pick<SurveyScope, 'profile' | 'files'>,
  {
    client,
    target,
    signal,
  }: { readonly client: Client; readonly target: Target; readonly signal: AbortSignal },
): Promise<GatewayResult<Seen>> {
  const found = await gateway.look(target, lookRequest(profile, Object.keys(files)), signal);
  if (!found.ok) return found;
  const text = evidenceOf(found.value);
  const evidence = { sha256: sha256(text), text };
  const seen = readObservation(profile, found.value, evidence.sha256);
  // A server by the fleet file stays one even where the machine does not look like it.
  const observation = client.role === 'server' ? { ...seen, role: client.role } : seen;
  return ok({ observation, evidence });
}
