import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { syslogMessage } from '../../orchestrator/forward/syslog-message.ts';
import { mattermostBody, slackBody, teamsBody, webhookBody } from '../../orchestrator/notify/forms/bodies.ts';
import { send } from '../../orchestrator/notify/forms/send.ts';
import { readExamples } from '../../orchestrator/http/contract/examples.ts';
import { describedBy } from '../api/described.ts';
import { documentNow } from '../api/document-now.ts';
import { patienceMs } from '../environment/patience.ts';
import type { NoticeDocument } from '../../orchestrator/views/notice-document.ts';
import type { SmallOrchestrator } from '../fixtures/small-orchestrator.ts';
import { readSyslog } from '../forward/read-syslog.ts';
import type { CommandLineRun } from '../fuzz/command-line-host.ts';
import { openMailServer } from '../notify/mail-server.ts';
import { printable, startHostileWorld } from './hostile-world.ts';

/** What a terminal executes or reorders; line ends are the output's own. */
const unsafe = /[^\P{Cc}\n]|[\p{Bidi_Control}\u2028\u2029]/u;
const formula = /^[\s\u200B]*[=+\-@]/u;

let orchestrator: SmallOrchestrator;
let notices: readonly NoticeDocument[];
let host: ChildProcess;

beforeAll(async () => {
  ({ orchestrator, notices } = await startHostileWorld());
  host = fork(join(import.meta.dirname, '../fuzz/command-line-host.ts'), {
    cwd: orchestrator.folder,
    env: {
      PATH: process.env['PATH'] ?? '',
      NODE_NO_WARNINGS: '1',
      SERVPACK_URL: orchestrator.url,
      SERVPACK_DATA: orchestrator.folder,
    },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
});
afterAll(async () => {
  host.disconnect();
  await once(host, 'exit');
  await orchestrator[Symbol.asyncDispose]();
});

/** What `servpack` says, in a process that runs many command lines. */
async function say(line: string): Promise<string> {
  const answered = once(host, 'message', { signal: AbortSignal.timeout(patienceMs) });
  host.send(line.split(' '));
  const [{ code, said }] = (await answered) as [CommandLineRun];
  expect([line, code]).toEqual([line, 0]);
  return said;
}

/** Lines of CSV as their fields. */
const fieldsOf = (csv: string): readonly string[] =>
  [...csv.matchAll(/(?:^|[,\n])(?:"((?:[^"]|"")*)"|([^",\n]*))/g)].map(([, quoted, bare]) =>
    (quoted ?? bare ?? '').replaceAll('""', '"'),
  );

/** Every GET of the document, with the names of the example, or of this world. */
async function reads(): Promise<readonly string[]> {
  const { routes } = describedBy(await documentNow());
  const examples = readExamples();
  return routes.flatMap(({ method, path, operation: { operationId } }) => {
    if (method !== 'GET' || operationId === 'followEvents') return [];
    const names = { ...examples[operationId]?.path, campaign: 'sp4', client: 'pc-0', release: 'sms-sp4' };
    const nameOf = (name: string) => String(Object.entries(names).find(([each]) => each === name)?.[1]);
    return [path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(nameOf(name)))];
  });
}

const read = (path: string, accept = 'application/json') =>
  fetch(`${orchestrator.url}${path}`, { headers: { authorization: `Bearer ${orchestrator.token}`, accept } });

describe('a text that anybody can write', () => {
  test('is in no answer to a GET that a browser would show as a page', async () => {
    const wrong: unknown[] = [];
    const held: string[] = [];
    for (const path of await reads()) {
      const answer = await read(path, 'text/html, */*;q=0.8');
      const [text, type] = [await answer.text(), answer.headers.get('content-type') ?? ''];
      if (text.includes('onerror=alert')) held.push(path);
      const isPage = !/^(?:application\/(?:problem\+)?json|application\/x-ndjson|text\/(?:csv|plain))\b/.test(
        type,
      );
      const isRead = /^(?:text\/markdown|application\/octet-stream)/.test(type);
      if ((isPage && !isRead && /<img|\bon\w+=(?!alert)/.test(text)) || unsniffed(answer))
        wrong.push([path, type]);
    }
    expect(wrong).toEqual([]);
    expect(held.length).toBeGreaterThan(12);
  });

  test('begins no formula in any CSV, which has no control character of a terminal', async () => {
    const written = [
      await (await read('/v1/campaigns/sp4/clients?format=csv')).text(),
      await (await read('/v1/audit/export?format=csv')).text(),
      await say('campaign report sp4 --csv'),
    ];
    for (const csv of written) {
      expect(csv).toContain('onerror=alert');
      expect(unsafe.exec(csv.replaceAll('\t', ''))).toBeNull();
      const parts = fieldsOf(csv).flatMap((field) => field.split(/[;|\t\n]/));
      expect(parts.filter((part) => formula.test(part))).toEqual([]);
    }
  });

  test.each([
    'campaign status sp4',
    'campaign report sp4',
    'campaign report sp4 --markdown',
    'campaign report sp4 --jsonl',
    'campaign clients sp4',
    'campaign status sp5 --json',
    'client show pc-0',
    'client show pc-1',
    'client why pc-0 --evidence',
    'client why pc-1 --json',
    'audit show pc-0',
    'audit export',
    'blockers --campaign sp4',
    'server limit list',
  ])('is printed by servpack %s without a control character of a terminal', async (line) => {
    const said = await say(line);
    expect(said).toContain('onerror=alert');
    expect([line, unsafe.exec(said)]).toEqual([line, null]);
    expect(said).not.toMatch(/^Bcc:/m);
  });

  test('is text in the HTML report, whose charts draw it, and in Markdown', async () => {
    const html = await (await read('/v1/campaigns/sp4/report/html')).text();
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(html).toContain('<svg');
    expect(html).not.toMatch(/<img|<script/);
    const markdown = await (await read('/v1/campaigns/sp4/report/markdown')).text();
    expect(markdown).toContain('&#60;img src=x onerror=alert(1)&#62;');
    expect(markdown).not.toMatch(/<img|(?<!\\)\]\(javascript/);
    for (const text of [html, markdown]) expect(unsafe.exec(text)).toBeNull();
  });

  test('is a value in the database of a report', async () => {
    await say('campaign report sp4 --sqlite hostile.sqlite');
    const database = new DatabaseSync(join(orchestrator.folder, 'hostile.sqlite'), { readOnly: true });
    const rows = database.prepare(`SELECT reason FROM clients WHERE reason LIKE '%onerror%'`).all();
    database.close();
    expect(rows.map(({ reason }) => String(reason).includes(printable))).toContain(true);
  });

  test('is text in every message, and begins no header of a mail', async () => {
    const said = notices.filter((notice) => JSON.stringify(notice).includes('onerror=alert'));
    expect(said.length).toBeGreaterThan(1);
    await using server = await openMailServer();
    const mail = {
      form: 'mail',
      server: '127.0.0.1',
      port: server.port,
      tls: 'none',
      login: null,
      from: 'servpack@example.org',
      to: ['desk@example.org'],
      isPrivateAllowed: true,
    } as const;
    for (const notice of said) {
      const chats = [slackBody(notice), teamsBody(notice), mattermostBody(notice)].map((body) =>
        JSON.stringify(body),
      );
      for (const body of chats) {
        expect(body).not.toMatch(/[\p{Bidi_Control}\u2028\u2029\u0080-\u009F]|\\u00[01]/u);
        expect(body).not.toMatch(/"mrkdwn"|"TextBlock"/);
      }
      expect(JSON.parse(JSON.stringify(webhookBody(notice)))).toEqual(webhookBody(notice));
      const sent = await send({ env: {}, hooks: null, now: Date.now }, mail, notice);
      expect(sent).toMatchObject({ kind: 'delivered' });
      expect(server.got.at(-1)).not.toMatch(/^Bcc:/m);
    }
  });

  test('stays within one message of syslog', async () => {
    const entries = await orchestrator.store.auditAfter(0, '0-0', 1_000);
    const found = entries.filter(({ because }) => because.includes('onerror=alert'));
    expect(found.length).toBeGreaterThan(5);
    for (const entry of found) {
      const message = syslogMessage({ shard: 0, entry, again: false }, 32_473);
      expect(message).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u);
      expect(readSyslog(message).params['id']).toBe(`0/${entry.id}`);
    }
  });
});

const unsniffed = ({ headers }: Response): boolean => headers.get('x-content-type-options') !== 'nosniff';
