import type { createBullBoard } from '@bull-board/api';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What bull-board asks of the server that shows it. */
type ServerAdapter = Parameters<typeof createBullBoard>[0]['serverAdapter'];
type ApiRoutes = Parameters<ServerAdapter['setApiRoutes']>[0];
type EntryRoute = Parameters<ServerAdapter['setEntryRoute']>[0];
type Queues = Parameters<ServerAdapter['setQueues']>[0];

export interface BoardRequest {
  readonly params: Record<string, string>;
  readonly query: Record<string, string>;
}

/** One route of the board that reads. */
export interface BoardRoute {
  readonly path: string;
  readonly answer: (request: BoardRequest) => Promise<{ status: number; body: unknown }>;
}

/** What the board consists of. */
export interface Board {
  /** The paths of its one page. */
  readonly pages: readonly string[];
  /** @param basePath the path of the board in the browser, with a slash at the end */
  page(basePath: string): string;
  readonly routes: readonly BoardRoute[];
  /** The folder of its scripts and styles. */
  readonly files: string;
}

/**
 * Takes only the reading routes of bull-board: a route that is not GET is never registered. It does
 * not depend on the read-only setting of the board.
 */
export class ReadingAdapter implements ServerAdapter {
  #queues: Queues = new Map();
  #apiRoutes: ApiRoutes = [];
  #entry: EntryRoute | null = null;
  #uiConfig: Parameters<ServerAdapter['setUIConfig']>[0] = {};
  #files = '';
  #views = '';

  setQueues(queues: Queues): this {
    this.#queues = queues;
    return this;
  }

  setViewsPath(path: string): this {
    this.#views = path;
    return this;
  }

  setStaticPath(_route: string, path: string): this {
    this.#files = path;
    return this;
  }

  setEntryRoute(route: EntryRoute): this {
    this.#entry = route;
    return this;
  }

  setErrorHandler(): this {
    return this;
  }

  setApiRoutes(routes: ApiRoutes): this {
    this.#apiRoutes = routes;
    return this;
  }

  setUIConfig(config: Parameters<ServerAdapter['setUIConfig']>[0]): this {
    this.#uiConfig = config;
    return this;
  }

  /** Call it after `createBullBoard` has filled the adapter. */
  board(): Board {
    const queues = this.#queues;
    const uiConfig = this.#uiConfig;
    const reading = this.#apiRoutes.filter(({ method }) => [method].flat().every((each) => each === 'get'));
    return {
      pages: [this.#entry?.route ?? []].flat(),
      page: (basePath) => this.#page(basePath),
      routes: reading.flatMap((each) =>
        [each.route].flat().map((path) => ({
          path,
          answer: async ({ params, query }) => {
            const { status = 200, body } = await each.handler({
              queues,
              uiConfig,
              params,
              query,
              body: {},
              headers: {},
            });
            return { status, body };
          },
        })),
      ),
      files: this.#files,
    };
  }

  /** The page of the board, which asks for fonts elsewhere: without them. */
  #page(basePath: string): string {
    const { name = '', params = {} } =
      this.#entry?.handler({
        basePath,
        uiConfig: this.#uiConfig,
      }) ?? {};
    const values = params as Readonly<Record<string, string>>;
    return readFileSync(join(this.#views, name), 'utf8')
      .replaceAll(/<%[=-] (\w+) %>/g, (_all, field: string) => values[field] ?? '')
      .replaceAll(/<link href="https?:[^>]*>/g, '');
  }
}
