import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openApiClient } from '../../orchestrator/cli/client/api-client.ts';
import { forecastLines, relocationWords } from '../../orchestrator/views/forecast-words.ts';
import { type Forecast, forecasting } from '../../orchestrator/views/survey-forecast.ts';
import { personTyping } from '../fixtures/person.ts';
import { defaultComponents } from '../lab/fleet/read-release.ts';
import { componentNames, componentText } from '../lab/staged-tree.ts';
import { type LookLab, startLookLab } from './look-lab.ts';
import { confirmStart } from '../../orchestrator/cli/client/start-question.ts';

/** The question before a campaign starts, and the number that answers it. */
async function start(lab: LookLab, campaign: string, typed: string) {
  const api = openApiClient({ url: lab.url, token: lab.token, user: 'anna' });
  const { terminal, shown } = personTyping(`${typed}\n`);
  const answered = await confirmStart(api, campaign, terminal);
  return { answered, lines: stripVTControlCharacters(shown()).split(/\r?\n/) };
}

async function ask(lab: LookLab, method: string, path: string, body?: object): Promise<unknown> {
  const headers = { authorization: `Bearer ${lab.token}`, 'content-type': 'application/json' };
  const answer = await fetch(`${lab.url}${path}`, {
    method,
    ...(body === undefined
      ? { headers: { authorization: headers.authorization } }
      : { headers, body: JSON.stringify(body) }),
  });
  const told = await answer.json();
  expect([path, answer.status, told]).toEqual([path, 200, told]);
  return told;
}

/** Stages a release; of two logon servers one has a copy. */
async function stage(lab: LookLab): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'servpack-start-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const place of [`tree/${defaultComponents}`, 'LS-1', 'LS-2']) {
    mkdirSync(join(folder, place), { recursive: true });
    if (place !== 'LS-2')
      for (const name of componentNames) writeFileSync(join(folder, place, name), componentText(name));
  }
  writeFileSync(join(folder, 'upgrade.sh'), '#!/bin/sh\necho staged\n', { mode: 0o755 });
  const lines = [
    'release: sms-sp4',
    'product: sms-1.2',
    'servicePack: 4',
    `tree: ${folder}/tree`,
    `components: ${defaultComponents}`,
    `logonServers: { path: "${folder}/{logonServer}" }`,
    'upgrade: { command: [./upgrade.sh], timeout: 5m }',
    '',
  ];
  const path = join(folder, 'release.yaml');
  writeFileSync(path, lines.join('\n'));
  await ask(lab, 'POST', '/v1/releases', { path });
  return folder;
}

const campaignOf = (name: string, more = ''): string =>
  `campaign: ${name}\nrelease: sms-sp4\nwaves: [{ name: all, rest: true }]\n${more}`;

async function look(lab: LookLab, clients: readonly string[]): Promise<void> {
  const body = { targets: { from: 'names', names: clients } };
  const { survey } = (await ask(lab, 'POST', '/v1/surveys', body)) as { survey: string };
  const read = async () => (await ask(lab, 'GET', `/v1/surveys/${survey}`)) as { status: string };
  await expect.poll(async () => (await read()).status).toBe('done');
}

test('the question of a start counts clients, logon servers and relocations, and asks for the number of clients', async () => {
  const traits = ['free', 'pcmInBin', 'userProgram', 'offlineForDays', 'pcmBusy', 'server'] as const;
  await using lab = await startLookLab({ traits });
  await lab.startWorker();
  const folder = await stage(lab);
  const create = (name: string, more?: string) =>
    ask(lab, 'POST', '/v1/campaigns', { file: 'c.yaml', text: campaignOf(name, more) });
  await create('sp4');
  const status = async () => (await ask(lab, 'GET', '/v1/campaigns/sp4')) as { notStaged: unknown[] };
  await expect.poll(async () => (await status()).notStaged).toHaveLength(1);

  const before = await start(lab, 'sp4', 'yes');
  expect(before.answered).toMatchObject({ ok: false, error: { code: 'confirm.no' } });
  expect(before.lines.slice(0, 8)).toEqual([
    'Campaign sp4: release sms-sp4, 1 wave',
    '6 clients, relocations unknown, 1 logon server not staged',
    'Blockers unknown: 6 clients not surveyed in 7 days. Run: servpack look --fleet --release sms-sp4',
    '1 logon server not staged: 3 clients wait',
    'Will happen: wave all begins with 6 clients, as many at once as the budgets allow.',
    'Will not happen: servers among them are looked at, never changed.',
    'Undo: none. A pause stops new work within a second; an upgraded client stays upgraded.',
    'type 6 to start: yes',
  ]);

  const names = traits.map((trait) => lab.clients.get(trait) ?? '');
  await look(lab, names.slice(0, 4));
  const some = await start(lab, 'sp4', 'no');
  expect(some.lines[1]).toBe(
    '6 clients, up to 1 relocation on 3 surveyed clients, 1 logon server not staged',
  );
  expect(some.lines[2]).toMatch(
    /^Last surveys \(oldest look 2026-11-17 \d\d:\d\d:\d\d\): 2 blocked, 1 free, 1 could not be looked at$/,
  );
  expect(some.lines[3]).toMatch(/^Blockers unknown: 2 clients not surveyed in 7 days\. /);

  await look(lab, names);
  const all = await start(lab, 'sp4', '6');
  expect(all.answered).toEqual({ ok: true, value: undefined });
  expect(all.lines[1]).toBe(
    '6 clients, up to 2 relocations on 5 surveyed clients, 1 logon server not staged',
  );
  expect(all.lines[2]).toMatch(/: 3 blocked, 1 free, 1 server, 1 could not be looked at$/);
  // A campaign without relocation in its ladder relocates nothing, whatever the looks found.
  await create('waits', 'ladder: [wait]\n');
  expect((await start(lab, 'waits', '')).lines[1]).toBe(
    '6 clients, no relocations (not in its ladder), 1 logon server not staged',
  );

  const file = join(folder, 'campaign.yaml');
  writeFileSync(file, campaignOf('third'));
  const { code, stdout } = await lab.cli(['campaign', 'plan', file]);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /\nup to 2 relocations on 5 surveyed clients\nLast surveys \(oldest look \S+\): 3 blocked, 1 free, /,
  );
});

describe('a forecast in words', () => {
  const none = forecasting('sms-1.2', 0).forecast(['wait', 'relocation']);
  const given: Forecast = {
    ...none,
    looked: 39_214,
    relocations: 11_930,
    movable: 11_930,
    oldest: '2026-11-20T08:00:00Z',
    verdicts: { blocked: 14_002, free: 25_000, current: 2, server: 200, couldNotLook: 10 },
  };

  test('names the look for the product of the release, once the release is staged', () => {
    const unknown = { ...none, notLooked: 5 };
    expect(forecastLines(unknown, 'zabbix-7.0.5').at(-1)).toMatch(
      / Run: servpack look --fleet --release zabbix-7\.0\.5$/,
    );
    expect(forecastLines(unknown, null).at(-1)).toMatch(
      / When the release is staged, run: servpack look --fleet --release NAME$/,
    );
  });

  test('has the figures of all clients, or says how many clients were looked at', () => {
    const everybody = { ...given, verdicts: { ...given.verdicts, couldNotLook: 0 } };
    expect(relocationWords(everybody)).toBe('up to 11,930 relocations');
    expect(relocationWords({ ...everybody, notLooked: 5 })).toBe(
      'up to 11,930 relocations on 39,214 surveyed clients',
    );
    expect(relocationWords(given)).toBe('up to 11,930 relocations on 39,204 surveyed clients');
    expect(relocationWords({ ...none, notLooked: 5 })).toBe('relocations unknown');
    expect(forecastLines(given, null)).toEqual([
      'Last surveys (oldest look 2026-11-20T08:00:00Z): 14,002 blocked, 25,000 free, 2 current, 200 servers, 10 could not be looked at',
    ]);
  });
});
