import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openApiClient } from '../../orchestrator/cli/client/api-client.ts';
import { confirmStart } from '../../orchestrator/cli/client/start-question.ts';
import { personTyping } from '../fixtures/person.ts';
import { runHosted } from '../fixtures/hosted-commands.ts';
import {
  campaignYaml,
  type SmallOrchestrator,
  startRunning,
  startSmallOrchestrator,
} from '../fixtures/small-orchestrator.ts';

let milan: SmallOrchestrator;
let pune: SmallOrchestrator;
let config = '';

beforeAll(async () => {
  [milan, pune] = [await startRunning(), await startSmallOrchestrator()];
  await milan.ask('POST', '/v1/campaigns', { file: 'c.yaml', text: campaignYaml('sp5') });
  config = join(milan.folder, 'config');
  pune.write('url', `${pune.url}\n`);
  const added = [
    await run(`context add milan --url ${milan.url} --token-file ${join(milan.folder, 'token')} --use`),
    await run(`context add pune --data ${pune.folder}`),
  ];
  expect(added.map(({ code, stderr }) => [code, stderr])).toEqual([
    [0, ''],
    [0, ''],
  ]);
});

afterAll(async () => {
  await milan[Symbol.asyncDispose]();
  await pune[Symbol.asyncDispose]();
});

const run = (command: string, env: Readonly<Record<string, string>> = {}) =>
  runHosted(null, command.split(' '), { env: { XDG_CONFIG_HOME: config, ...env } });

/** The orchestrator that a command reaches: only the one in Milan has a campaign. */
async function reached(command: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const { code, stdout, stderr } = await run(`campaign status${command}`, env);
  expect([code, stderr]).toEqual([0, '']);
  return stdout.includes('There is no campaign yet') ? 'pune' : 'milan';
}

describe('a context', () => {
  test('is kept in a private file without the token', () => {
    const file = join(config, 'servpack/config.yaml');
    const text = readFileSync(file, 'utf8');
    expect(text).toContain(`tokenFile: ${join(milan.folder, 'token')}`);
    expect(text).not.toContain(milan.token);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('is listed, shown with who has chosen it, and removed', async () => {
    expect((await run('context list')).stdout).toMatch(/\n\* +milan +http.*\n +pune +the one of /);
    expect((await run('context')).stdout).toMatch(
      /^Context milan\n {2}orchestrator +http\S+\n {2}chosen by +servpack context use\n {2}token +\S+token\n$/,
    );
    expect((await run('context show pune')).stdout).toContain(`orchestrator  ${pune.url}`);
    await run(`context add gone --data ${pune.folder}`);
    expect((await run('context remove gone')).stdout).toBe('Context gone is removed\n');
    expect(await run('context use gone')).toEqual({
      code: 4,
      stdout: '',
      stderr: 'servpack: there is no context named gone; known: milan, pune\n',
    });
  });

  const token = { SERVPACK_TOKEN: 'a-token-for-this-test-only' };
  test.each<[string, Record<string, string>, string]>([
    ['', {}, 'milan'],
    [' --context pune', {}, 'pune'],
    ['', { SERVPACK_CONTEXT: 'pune' }, 'pune'],
    [' --context milan', { SERVPACK_CONTEXT: 'pune' }, 'milan'],
    ['', { SERVPACK_DATA: '{pune}' }, 'pune'],
    ['', { SERVPACK_URL: '{pune-url}', ...token }, 'pune'],
    [' --context milan', { SERVPACK_DATA: '{pune}', SERVPACK_TOKEN: 'wrong' }, 'milan'],
    [' --data {pune}', {}, 'pune'],
  ])('`campaign status%s` with %j reaches %s', async (options, env, where) => {
    const given = (text: string): string =>
      text.replace('{pune}', pune.folder).replace('{pune-url}', pune.url);
    const filled = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, given(value)]));
    expect(await reached(given(options), filled)).toBe(where);
  });

  test('never gives its token to an address from elsewhere', async () => {
    const { code, stderr } = await run(`campaign status --url ${pune.url}`);
    expect([code, stderr]).toEqual([5, expect.stringContaining('.servpack/token cannot be read')]);
  });

  test('is named by a refusal of the connection and of the token', async () => {
    const file = join(milan.folder, 'other-token');
    writeFileSync(file, 'wrong-wrong-wrong\n', { mode: 0o600 });
    await run(`context add away --url http://127.0.0.1:1 --token-file ${file}`);
    await run(`context add wrong --url ${milan.url} --token-file ${file}`);
    expect((await run('campaign status --context away')).stderr).toBe(
      'servpack: no orchestrator answers at http://127.0.0.1:1 of context away (HTTP is never spoken on this port); start it as it was installed: systemctl start servpack-orchestrator, docker compose up -d orchestrator, or servpack up where it is no service; or choose another one with --context\n',
    );
    expect((await run('campaign status --context wrong')).stderr).toContain('(context wrong)');
    await run('context remove away');
    await run('context remove wrong');
  });

  test('does not use a token file that others can read', async () => {
    const file = join(pune.folder, 'open-token');
    writeFileSync(file, `${pune.token}\n`, { mode: 0o600 });
    expect((await run(`context add open --url ${pune.url} --token-file ${file}`)).code).toBe(0);
    chmodSync(file, 0o644);
    const refused = await run('campaign status --context open');
    expect([refused.code, refused.stderr]).toEqual([
      5,
      `servpack: the token of context open is not used: others can read ${file} (mode 644); run: chmod 600 ${file}\n`,
    ]);
    expect((await run(`context add open2 --url ${pune.url} --token-file ${file}`)).code).toBe(2);
    await run('context remove open');
  });

  test('is named where several are known: by a question, and by what was halted', async () => {
    const place = { context: 'milan', isOneOfMany: true };
    const api = openApiClient({ url: milan.url, token: milan.token, user: null, place });
    const person = personTyping('no\n');
    expect((await confirmStart(api, 'sp5', person.terminal)).ok).toBe(false);
    expect(person.shown()).toMatch(/^Context milan: http/);
    expect((await run('halt --reason test --context pune')).stdout).toMatch(
      /^Context pune: http.*\nEVERYTHING/,
    );
    expect((await run('unhalt --context pune')).stdout).toMatch(/^Context pune: http/);
  });

  test('refuses another one of the same name, and takes the same again', async () => {
    expect((await run(`context add pune --data ${pune.folder}`)).code).toBe(0);
    const other = await run(`context add pune --data ${milan.folder}`);
    expect([other.code, other.stderr]).toEqual([1, expect.stringContaining('servpack context remove pune')]);
    expect((await run('context add x')).code).toBe(2);
  });

  test.each([
    ['contexts: [', 'is no YAML'],
    ['current: nowhere', 'there is no context named nowhere'],
    ['contexts: { a: { token: secret } }', 'contexts.a'],
  ])('is refused in words where its file is wrong: %s', async (text, says) => {
    const folder = join(milan.folder, 'bad');
    mkdirSync(join(folder, 'servpack'), { recursive: true });
    writeFileSync(join(folder, 'servpack/config.yaml'), text);
    const { code, stderr } = await run('campaign status', { XDG_CONFIG_HOME: folder });
    expect([code, stderr]).toEqual([2, expect.stringContaining(says)]);
    expect(stderr).not.toContain('secret');
  });
});
