import type { OpenApiDocument } from '../contract/document-types.ts';
import { referencePage } from '../contract/reference-page.ts';
import { referenceStyle, styleHash } from '../contract/reference-style.ts';
import type { Api } from '../responses.ts';

/** One page, one style, nothing else: no script, no picture, no request to anywhere. */
const policy = `default-src 'none'; style-src '${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox`;

/** The description of this API as a page that people read, on a screen or on paper. */
export function referenceRoutes(app: Api, documentNow: () => OpenApiDocument): void {
  let page: string | null = null;
  app.get('/v1/reference', async (_request, reply) => {
    page ??= referencePage(documentNow(), referenceStyle);
    return reply.header('content-security-policy', policy).type('text/html; charset=utf-8').send(page);
  });
}
