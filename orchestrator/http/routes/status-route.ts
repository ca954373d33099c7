import { readVersionedStatus } from '../../campaigns/report.ts';
import type { OrchestratorContext } from '../../context.ts';
import { ok, type Result } from '../../../shared/errors.ts';
import type { Refusal } from '../../refusal.ts';
import { positionNow } from '../position-now.ts';
import { answer, answers, type Api, sendWritten, writeAnswer } from '../responses.ts';
import { statusAnswer } from '../schemas/campaigns.ts';
import { campaignParams } from '../schemas/fields.ts';
import { SharedReads } from '../shared-reads.ts';
import { tagAnswer } from '../versions.ts';
import type { Readership } from './event-routes.ts';

/** A status that is written once for all who have asked for it. */
interface SharedStatus {
  readonly version: number;
  readonly text: string;
}

/**
 * Where a campaign stands: what pages, dashboards and scripts read again and again. Those who ask
 * for the same campaign at once share one read and one text.
 * @param readership callers with the same reach may see the same
 */
export function statusRoute(app: Api, context: OrchestratorContext, readership: Readership): void {
  const reads = new SharedReads<Result<SharedStatus, Refusal>>();
  app.get(
    '/v1/campaigns/:campaign',
    { schema: { params: campaignParams, response: answers(statusAnswer) } },
    async (request, reply) => {
      const { campaign } = request.params;
      const { seen } = request;
      const read = await reads.ask(`${readership(request).reach}\n${campaign}`, async () => {
        const position = positionNow(context);
        const found = await readVersionedStatus(seen, campaign);
        if (!found.ok) return found;
        const { status, version } = found.value;
        return ok({ version, text: writeAnswer(reply, { ...status, ...position }) });
      });
      if (!read.ok) return answer(reply, read);
      tagAnswer(reply, read.value.version);
      return sendWritten(reply, read.value.text);
    },
  );
}
