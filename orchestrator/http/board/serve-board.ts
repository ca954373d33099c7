import type { FastifyInstance, FastifyRequest } from 'fastify';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fault } from '../../../shared/errors.ts';
import { hostIn } from '../../../shared/host-header.ts';
import { openReadQueues, type QueuePlace } from '../../bullmq-queues.ts';
import type { Operation } from '../contract/operation.ts';
import { refuse } from '../problems.ts';
import type { Board } from './board-routes.ts';

/** Where the board is. */
export const boardPath = '/queues';

/** Every route of the board is one for administrators, whose token is not narrowed. */
const operation: Operation = {
  id: 'showQueues',
  tag: 'orchestrator',
  needs: 'administer',
  reach: 'refused',
  summary: 'Show the queues',
  description: 'What BullMQ has in its queues, as bull-board shows it. Nothing can be changed there.',
};

/** Only its own files and its own routes. Its scripts set styles, and its fonts stand in them. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * Serves bull-board at `/queues`, for administrators, read-only: all its routes are GET. Its code
 * is loaded here, and only where a setting asks for it. Call it after the hooks that guard
 * requests.
 * @param paths by host: the path below which a proxy serves it
 */
export function serveBoard(
  app: FastifyInstance,
  place: QueuePlace,
  paths: ReadonlyMap<string, string>,
): void {
  const basePathOf = ({ headers }: FastifyRequest): string =>
    `${(paths.get(hostIn(headers.host)) ?? '').replace(/\/$/, '')}${boardPath}/`;
  void app.register(
    async (scope) => {
      const { board, close } = await openBoard(place);
      scope.addHook('onClose', close);
      const config = { isPage: true, operation };
      for (const path of board.pages)
        scope.get(path, { config }, async (request, reply) =>
          reply
            .header('content-security-policy', policy)
            .type('text/html; charset=utf-8')
            .send(board.page(basePathOf(request))),
        );
      for (const { path, answer } of board.routes)
        scope.get<{ Params: Record<string, string>; Querystring: Record<string, string> }>(
          path,
          { config },
          async ({ params, query }, reply) => {
            const { status, body } = await answer({ params, query });
            return reply.code(status).send(body);
          },
        );
      scope.get<{ Params: { '*': string } }>('/static/*', { config }, async ({ params }, reply) => {
        const file = params['*'];
        if (!/^[\w/-][\w./-]*$/.test(file) || file.includes('..') || !existsSync(join(board.files, file)))
          return refuse(reply, fault('notFound.route', 'the board has no such file'));
        return reply.header('cache-control', 'private, max-age=86400').sendFile(file, board.files);
      });
    },
    { prefix: boardPath },
  );
}

async function openBoard(
  place: QueuePlace,
): Promise<{ readonly board: Board; readonly close: () => Promise<void> }> {
  const [{ createBullBoard }, { BullMQAdapter }, { ReadingAdapter }] = await Promise.all([
    import('@bull-board/api'),
    import('@bull-board/api/bullMQAdapter'),
    import('./board-routes.ts'),
  ]);
  const opened = openReadQueues(place);
  const queues = opened.queues.map(
    ({ shard, queue }) =>
      new BullMQAdapter(queue, {
        readOnlyMode: true,
        allowRetries: false,
        ...(place.shards === 1 ? {} : { prefix: `shard ${shard}: ` }),
      }),
  );
  const serverAdapter = new ReadingAdapter();
  const options = { uiConfig: { boardTitle: 'servpack: queues' } };
  createBullBoard({ queues, serverAdapter, options });
  return { board: serverAdapter.board(), close: () => opened.close() };
}
