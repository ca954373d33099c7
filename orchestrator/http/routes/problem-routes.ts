import { problemKinds, typeOf } from '../problem-kinds.ts';
import type { Api } from '../responses.ts';
import { problemParams } from '../schemas/problems.ts';

/** What `type` of a problem document leads to. */
export function problemRoutes(app: Api): void {
  app.get('/problems/:kind', { schema: { params: problemParams } }, async ({ params: { kind } }, reply) => {
    const { status, title, means } = problemKinds[kind];
    return reply
      .type('text/plain; charset=utf-8')
      .send(`${typeOf(kind)}\n\n${title} (usually ${status}).\n${means}\n`);
  });
}
