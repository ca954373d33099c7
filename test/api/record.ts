import type { Example } from '../../orchestrator/http/contract/examples.ts';
import type { OpenApiDocument } from '../../orchestrator/http/contract/document-types.ts';
import { pino } from 'pino';
import { openArchive } from '../../orchestrator/audit/archive.ts';
import { openSealer } from '../../orchestrator/audit/seal.ts';
import { openHookRunner } from '../../orchestrator/hooks/hook-runner.ts';
import { join } from 'node:path';
import { type SmallOrchestrator, writeRelease } from '../fixtures/small-orchestrator.ts';
import { until } from '../fixtures/until.ts';
import { bring, changes, firstWave } from '../integration/admitted-clients.ts';
import { type Asked, day, late, leaderRound } from './world.ts';

/** An answer with its request. */
export interface Recorded {
  readonly asked: Asked;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly type: string | null;
  readonly text: string;
}

/** `GET /v1/clients/pc-1?entries=5` of the route with this `operationId`. */
export function requestOf(document: OpenApiDocument, asked: Asked): { method: string; path: string } {
  for (const [template, operations] of Object.entries(document.paths))
    for (const [method, { operationId }] of Object.entries(operations)) {
      if (operationId !== asked.id) continue;
      const path = template.replaceAll(/\{(\w+)\}/g, (_all, name: string) =>
        encodeURIComponent(asked.path?.[name] ?? 'x-1'),
      );
      const query = new URLSearchParams(
        Object.entries(asked.query ?? {}).map(([name, value]) => [name, String(value)]),
      ).toString();
      return { method: method.toUpperCase(), path: query === '' ? path : `${path}?${query}` };
    }
  throw new Error(`the document has no operation ${asked.id}`);
}

/** Of a stream of events, which has no end, what comes first. */
async function textOf(response: Response): Promise<string> {
  if (response.headers.get('content-type')?.startsWith('text/event-stream') !== true) return response.text();
  for await (const chunk of response.body ?? []) return Buffer.from(chunk).toString();
  return '';
}

/** After these the leader has something to do. */
const thenRound: ReadonlySet<string> = new Set([
  'startCampaign',
  'answerHook',
  'skipClient',
  'answerApproval',
  'abortCampaign',
]);

/** Goes through the day of an operator, and returns each answer. */
export async function recordDay(
  orchestrator: SmallOrchestrator,
  document: OpenApiDocument,
): Promise<readonly Recorded[]> {
  const { url, token, folder } = orchestrator;
  const hooks = openHookRunner(join(folder, 'hooks'), () => undefined);
  const found = { STAGED: '', SURVEY: '', SIGNED: '' };
  const named = (text: string): string =>
    text
      .replace('STAGED', found.STAGED)
      .replace('SURVEY', found.SURVEY)
      .replace('SIGNED', found.SIGNED)
      .replace('A-TOKEN', token);
  const ask = async (asked: Asked): Promise<Recorded> => {
    const { method, path } = requestOf(document, asked);
    const response = await fetch(`${url}${named(path)}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        'x-servpack-user': 'anna',
        ...(/\/(edit|revert)$/.test(path) ? { 'if-match': '*' } : {}),
        ...(asked.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(asked.body === undefined ? {} : { body: named(JSON.stringify(asked.body)) }),
    });
    const text = await textOf(response);
    if (asked.id === 'stageRelease') found.STAGED = (JSON.parse(text) as { evidence: string }).evidence;
    if (asked.id === 'startSurvey') found.SURVEY = (JSON.parse(text) as { survey: string }).survey;
    if (asked.id === 'signIn') found.SIGNED = (JSON.parse(text) as { session: string }).session;
    const resolved = JSON.parse(named(JSON.stringify(asked))) as Asked;
    return {
      asked: resolved,
      method,
      path: named(path),
      status: response.status,
      type: response.headers.get('content-type'),
      text,
    };
  };
  const recorded: Recorded[] = [];
  for (const asked of day(folder)) {
    if (asked.id === 'postponeCampaign') {
      await orchestrator.ask('POST', '/v1/campaigns', { file: 'late.yaml', text: late });
      await orchestrator.ask('POST', '/v1/campaigns/late/start');
    }
    if (asked.id === 'planRollback')
      await orchestrator.ask('POST', '/v1/releases', {
        path: writeRelease(orchestrator, 'echo staged', 'sms-sp3'),
      });
    if (asked.id === 'proveClient')
      await openSealer({
        store: orchestrator.store,
        archive: openArchive({ folder: join(folder, 'audit'), prefix: 'test', shards: 1 }),
        log: pino({ level: 'silent' }),
        keep: 1_000_000,
      }).round();
    recorded.push(await ask(asked));
    if (asked.id === 'startCampaign')
      for (const client of await firstWave(orchestrator, 5))
        if (client !== 'pc-2') await bring(orchestrator.store, client, changes.failed, { index: 'settled' });
    if (!thenRound.has(asked.id)) continue;
    await leaderRound(orchestrator, hooks);
    if (asked.id === 'startCampaign')
      await until('the hook has answered', async () => {
        const { body } = await orchestrator.ask('GET', '/v1/campaigns/sp4/hooks');
        return body.hooks[0].state !== 'running' && body.hooks[0].state !== 'pending';
      });
    await leaderRound(orchestrator, hooks);
  }
  return recorded;
}

/** Longer lists are cut: an example shows the shape. */
const entriesAtMost = 2;

/** As the document shows it: without the folders and the secrets of this run. */
export function exampleOf({ asked, status, text, type }: Recorded, folder: string): Example {
  const shown = (value: unknown): unknown =>
    JSON.parse(
      JSON.stringify(value)
        .replaceAll(folder, '/srv/releases')
        .replaceAll(/"token":"a-token[^"]*"/g, '"token":"sp_Xk29bQ7z_the-secret-of-this-token"')
        .replaceAll(/"code":"[0-9A-Za-z]{43}"/g, '"code":"the-code-of-this-link"')
        .replaceAll(/"token":"sp_[^"]*"/g, '"token":"sp_Xk29bQ7z_the-secret-of-this-token"')
        .replaceAll(/"token":"1[^"]*"/g, '"token":"1.the-token-of-this-client"'),
      (key, each: unknown) =>
        Array.isArray(each) ? each.slice(0, entriesAtMost) : key === 'svg' ? '<svg>…</svg>' : each,
    );
  // The document says the version of its schemas itself.
  const answered = (answer: object): unknown => shown({ ...answer, schemaVersion: undefined });
  const isLines = text.endsWith('\n');
  const isText = type?.startsWith('text/') === true;
  return {
    ...(asked.path === undefined ? {} : { path: asked.path }),
    ...(asked.query === undefined ? {} : { query: asked.query }),
    ...(asked.body === undefined ? {} : { body: shown(asked.body) }),
    // Of lines the first one.
    ...(status === 200 && !isText
      ? { answer: answered(JSON.parse(isLines ? (text.split('\n')[0] ?? '') : text)) }
      : {}),
  };
}
