import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { campaignReport } from '../../orchestrator/views/report.ts';
import { runHosted } from '../fixtures/hosted-commands.ts';
import { type SmallOrchestrator, startRunning } from '../fixtures/small-orchestrator.ts';

/** Text that a browser, a spreadsheet or Markdown would take for more than text. */
const hostile = '=cmd|<img src=x onerror=alert(1)>';

let orchestrator: SmallOrchestrator;
let report: ReturnType<typeof campaignReport>;

const cli = (...args: readonly string[]) => runHosted(orchestrator, ['campaign', 'report', 'sp4', ...args]);
const inFolder = (name: string): string => join(orchestrator.folder, name);

beforeAll(async () => {
  orchestrator = await startRunning();
  await orchestrator.ask('POST', '/v1/campaigns/sp4/abort', { reason: hostile });
  ({ body: report } = await orchestrator.ask('GET', '/v1/campaigns/sp4/report'));
});

afterAll(async () => orchestrator[Symbol.asyncDispose]());

describe('campaign report', () => {
  test('writes one HTML file with the numbers of the JSON report', async () => {
    const path = inFolder('sp4.html');
    const { code, stdout } = await cli('--html', path);
    expect([code, stdout]).toEqual([0, `written: ${path}\n`]);
    const html = readFileSync(path, 'utf8');
    expect(html).toMatch(/^<!doctype html>/);
    expect(html).not.toContain('<img');
    expect(html).toContain('Aborted by');
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;');
    const { states, size, hash } = report;
    expect(html).toContain(`All ${size} clients with end and evidence`);
    expect(html).toContain(`<b>${states.excluded + states.skipped}</b> <span>left out`);
    expect(html).toContain(`<b>${states.cancelled}</b> <span>cancelled`);
    expect(html).toContain(hash);
    for (const { client } of report.clients) expect(html).toContain(`<th scope="row">${client}</th>`);
    expect(existsSync(`${path}.part`)).toBe(false);
  });

  test('prints Markdown in which every text is text', async () => {
    const { code, stdout } = await cli('--markdown');
    expect(code).toBe(0);
    expect(stdout).toContain('# sp4\n');
    expect(stdout).toContain('aborted: =cmd\\|&#60;img src=x onerror=alert(1)&#62; |');
    expect(stdout).not.toContain('<img');
  });

  test('prints every client as CSV, and as JSON Lines', async () => {
    const csv = (await cli('--csv')).stdout.trimEnd().split('\n');
    const lines = (await cli('--jsonl')).stdout.trimEnd().split('\n');
    expect(csv).toHaveLength(report.size + 1);
    const read = lines.map((line) => JSON.parse(line) as { client: string });
    expect(read.toSorted((a, b) => (a.client < b.client ? -1 : 1))).toEqual(
      report.clients.toSorted((a, b) => (a.client < b.client ? -1 : 1)),
    );
  });

  test('writes a database with the same clients and counts', async () => {
    const path = inFolder('sp4.sqlite');
    const { code, stdout } = await cli('--sqlite', path);
    expect([code, stdout]).toEqual([0, `written: ${path}, ${report.size} clients\n`]);
    const database = new DatabaseSync(path, { readOnly: true });
    const rows = database.prepare('SELECT client, wave, "end", reason FROM clients ORDER BY client').all();
    const expected = report.clients
      .map(({ client, wave, end, reason }) => ({ client, wave, end, reason }))
      .toSorted((a, b) => (a.client < b.client ? -1 : 1));
    expect(rows.map((row) => ({ ...row }))).toEqual(expected);
    const states = database.prepare('SELECT SUM(clients) AS sum FROM states').get();
    expect(states?.['sum']).toBe(report.size);
    database.close();
  });

  test('names a list of clients that goes with it by its hash', async () => {
    const sha256 = createHash('sha256').update('a list').digest('hex');
    const answer = await fetch(
      `${orchestrator.url}/v1/campaigns/sp4/report/html?file=sp4.csv&sha256=${sha256}`,
      { headers: { authorization: `Bearer ${orchestrator.token}` } },
    );
    expect(answer.headers.get('content-security-policy')).toContain('sandbox');
    expect(await answer.text()).toContain(`sp4.csv, SHA-256 ${sha256}`);
  });

  test.each([
    [['--csv', '--jsonl'], 'give one of'],
    [['--html', 'x.html', '--markdown'], 'give one of'],
    [['--csv', '--json'], 'not both'],
    [['--sqlite', 'x.sqlite', '--archived'], 'an archived campaign'],
  ])('refuses %s', async (options, says) => {
    const { code, stdout, stderr } = await cli(...options);
    expect(code).toBe(2);
    expect(stdout + stderr).toContain(says);
  });

  test('writes nothing where it cannot, and says so', async () => {
    for (const option of ['--html', '--sqlite']) {
      const { code, stderr } = await cli(option, inFolder('no-such-folder/x'));
      expect(code).toBe(2);
      expect(stderr).toContain('no-such-folder/x cannot be written');
    }
    const { code } = await runHosted(orchestrator, [
      'campaign',
      'report',
      'sp9',
      '--html',
      inFolder('sp9.html'),
    ]);
    expect(code).toBe(4);
    expect(existsSync(inFolder('sp9.html'))).toBe(false);
  });
});
