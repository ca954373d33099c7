import {
  type CommandRequest,
  requestKey,
  requestName,
} from '../../shared/domain/campaign/command-request.ts';
import type { RequestRecord } from '../../shared/store/request-store.ts';
import type { AuditEntry } from '../../shared/store/types.ts';
import type { OrchestratorContext } from '../context.ts';
import { requestReason, requestStep } from '../domain/request-steps.ts';

/** The audit entry of a request that comes into another state. It names the campaign. */
export const requestAudit = (
  before: CommandRequest | null,
  next: CommandRequest,
  { at, who, because }: Pick<AuditEntry, 'at' | 'who' | 'because'>,
): AuditEntry => ({
  at,
  campaign: next.command === 'withdraw' ? '' : next.subject,
  client: null,
  who,
  from: before === null ? '' : requestStep(before),
  to: requestStep(next),
  because: requestReason(next, because),
  evidence: null,
});

/** @returns false when another change came first: read again */
export async function commitRequest(
  { store, clock, log }: OrchestratorContext,
  who: string,
  { version, request }: RequestRecord,
  next: CommandRequest,
  because: string,
): Promise<boolean> {
  const audit = requestAudit(version === 0 ? null : request, next, { at: clock.now(), who, because });
  const done = await store.commitRequest(requestKey(next), next, version, audit);
  if (done) log.info({ request: requestName(next), who, because }, audit.to);
  return done;
}
