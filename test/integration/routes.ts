import { pino } from 'pino';
import { buildApi } from '../../orchestrator/http/api.ts';
import type { OrchestratorContext } from '../../orchestrator/context.ts';

export interface Route {
  readonly method: 'GET' | 'POST';
  /** With `x-1` in place of each parameter. */
  readonly path: string;
}

/** Every route the API really has, as its own router prints them: a new one cannot be forgotten. */
export function routesOf(): readonly Route[] {
  const log = pino({ level: 'silent' });
  const printed = buildApi({ log } as OrchestratorContext, {
    token: 'only-to-list-the-routes',
    log,
  }).printRoutes({
    commonPrefix: false,
  });
  const above: string[] = [];
  return printed.split('\n').flatMap((line) => {
    const found = /^([│ ├└─]*)(\S+)(?: \(([A-Z, ]+)\))?$/.exec(line);
    if (found === null) return [];
    const [, indent = '', part = '', methods = ''] = found;
    const depth = indent.length / 4;
    above.splice(depth - 1, Infinity, part);
    const path = above.join('').replaceAll(/:\w+/g, 'x-1');
    return methods
      .split(', ')
      .filter((method) => method === 'GET' || method === 'POST')
      .map((method) => ({ method, path }));
  });
}
