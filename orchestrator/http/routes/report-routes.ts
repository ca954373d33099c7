import { Readable } from 'node:stream';
import type { OrchestratorContext } from '../../context.ts';
import { htmlOf } from '../../report/html.ts';
import { markdownOf } from '../../report/markdown.ts';
import { readReportData } from '../../report/read-report-data.ts';
import { reportDocument } from '../../report/sections.ts';
import { campaignParams } from '../schemas/fields.ts';
import { reportDocumentAnswer } from '../schemas/report-document.ts';
import { reportQuery, writtenReportQuery } from '../schemas/report-query.ts';
import { ok } from '../../../shared/errors.ts';
import { answer, answers, type Api } from '../responses.ts';

const forms = {
  html: { write: htmlOf, type: 'text/html; charset=utf-8' },
  markdown: { write: markdownOf, type: 'text/markdown; charset=utf-8' },
} as const;

/** The file has its styles in itself; nothing is loaded or run. */
const policy =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

/** The report of a campaign for people: as one file, or in the parts that the page shows. */
export function reportRoutes(app: Api, context: OrchestratorContext): void {
  app.get(
    '/v1/campaigns/:campaign/report/document',
    { schema: { params: campaignParams, querystring: reportQuery, response: answers(reportDocumentAnswer) } },
    async ({ params, query: { archived } }, reply) => {
      const data = await readReportData(
        context,
        params.campaign,
        { isArchived: archived, list: null },
        reply.callerGone,
      );
      return answer(reply, data.ok ? ok(reportDocument(data.value)) : data);
    },
  );
  for (const form of ['html', 'markdown'] as const)
    app.get(
      `/v1/campaigns/:campaign/report/${form}`,
      { schema: { params: campaignParams, querystring: writtenReportQuery } },
      async ({ params, query: { archived, file, sha256 } }, reply) => {
        const list = file === undefined || sha256 === undefined ? null : { file, sha256 };
        const data = await readReportData(
          context,
          params.campaign,
          { isArchived: archived, list },
          reply.callerGone,
        );
        if (!data.ok) return reply.send(answer(reply, data));
        const { write, type } = forms[form];
        return reply
          .header('content-security-policy', policy)
          .type(type)
          .send(Readable.from(write(reportDocument(data.value))));
      },
    );
}
