import type { OpenApiDocument } from '../contract/document-types.ts';
import type { Api } from '../responses.ts';

/**
 * The description of this API.
 * @param documentNow makes the document; called at the first request
 */
export function descriptionRoutes(app: Api, documentNow: () => OpenApiDocument): void {
  let text: string | null = null;
  app.get('/v1/openapi.json', async (_request, reply) => {
    text ??= JSON.stringify(documentNow());
    return reply.type('application/json; charset=utf-8').send(text);
  });
}
