import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { OrchestratorContext } from '../context.ts';
import { didYouMeanStored } from '../did-you-mean.ts';
import type { UnknownName } from '../refusal.ts';
import { type NamedKind, storedSpelling } from '../spelling.ts';
import type { Problem } from './schemas/problems.ts';

declare module 'fastify' {
  interface FastifyReply {
    /** The name that the request asked for, and that nothing has. */
    unknownName: UnknownName | null;
  }
}

const kinds: readonly NamedKind[] = ['client', 'campaign', 'release', 'survey'];

/**
 * Names compare without case: in a path, a query or a body each gets the spelling in which it is
 * stored, before a route sees it.
 */
export async function spellNames(
  store: OrchestratorContext['store'],
  { params, query, body }: FastifyRequest,
): Promise<void> {
  const spelled: Promise<void>[] = [];
  for (const part of [params, query, body]) {
    if (typeof part !== 'object' || part === null) continue;
    const named = part as Record<string, unknown>;
    for (const kind of kinds) if (typeof named[kind] === 'string') spelled.push(spellOne(store, named, kind));
    if (typeof named['id'] === 'string') spelled.push(spellQuestion(store, named, named['id']));
  }
  await Promise.all(spelled);
}

async function spellOne(
  store: OrchestratorContext['store'],
  named: Record<string, unknown>,
  kind: NamedKind,
): Promise<void> {
  named[kind] = await storedSpelling(store, kind, String(named[kind]));
}

/** A question is named by what it is about: `SP4/abort/1`, `SP4/undo/PC-7/1`. */
async function spellQuestion(
  store: OrchestratorContext['store'],
  named: Record<string, unknown>,
  id: string,
): Promise<void> {
  const [subject = '', kind, client, ...more] = id.split('/');
  if (kind === undefined || client === undefined) return;
  const isOfClient = kind === 'client' || (kind === 'undo' && more.length > 0);
  named['id'] = [
    await storedSpelling(store, kind === 'withdraw' ? 'release' : 'campaign', subject),
    kind,
    isOfClient ? await storedSpelling(store, 'client', client) : client,
    ...more,
  ].join('/');
}

/** An answer about a name that is not known names the nearest one. */
export function nameNearest(app: FastifyInstance, context: OrchestratorContext): void {
  app.decorateReply('unknownName', null);
  app.addHook('preSerialization', async ({ seen }, reply, payload) => {
    const { unknownName } = reply;
    if (unknownName === null) return payload;
    const { error, detail, ...problem } = payload as Problem;
    // A narrowed token sees no name of a campaign that it may not read.
    const known = unknownName.kind === 'campaign' ? { ...context, store: seen.store } : context;
    const hint = await didYouMeanStored(known, unknownName);
    const said = `${detail}${hint}`;
    return { ...problem, detail: said, error: { ...error, message: said } } satisfies Problem;
  });
}
