import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runHosted } from '../fixtures/hosted-commands.ts';
import { placeOf, runCli, runCliAt } from '../fixtures/run-cli.ts';
import { type SmallOrchestrator, startRunning } from '../fixtures/small-orchestrator.ts';

const main = join(import.meta.dirname, '../../orchestrator/cli/main.ts');

let orchestrator: SmallOrchestrator;
/** A server with TLS, one without, and one that breaks off in the middle of a list. */
const servers: Server[] = [];
const urls = { tls: '', plain: '', broken: '', nobody: '' };
let ca = '';

beforeAll(async () => {
  orchestrator = await startRunning();
  mkdirSync(join(orchestrator.folder, 'a-folder'));
  orchestrator.write('latin.yaml', '');
  writeFileSync(join(orchestrator.folder, 'latin.yaml'), Buffer.from([0x61, 0xff]));
  orchestrator.write('text', 'hello\n');
  const [cert, key] = makeCertificate(orchestrator.folder);
  ca = cert;
  const pair = { cert: readFileSync(cert), key: readFileSync(key) };
  const health = '{"version":"0.1.0","now":"2026-11-17T09:00:00Z"}';
  urls.tls = await listen(
    createTlsServer(pair, (_, response) => response.end(health)),
    'https',
  );
  urls.plain = await listen(createServer((_, response) => response.end('hello')));
  urls.broken = await listen(
    createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      response.write('{"client":"pc-1","wave":"can', () => response.destroy());
    }),
  );
  const gone = createServer();
  urls.nobody = await listen(gone);
  gone.close();
});

afterAll(async () => {
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
  await orchestrator[Symbol.asyncDispose]();
});

/** Words of Node, of the system and of libraries, which tell an operator nothing. */
const raw =
  /\bE[A-Z]{3,}\b|ERR_|UND_ERR|HPE_|_CERT|Unexpected token|AbortError|TypeError|\n\s+at |node:|errno|fetch failed/;

/**
 * Each way in which a command fails: its words, its exit code, what it says happened, and what it
 * says to do next. `{folder}` and `{tls}` stand for what the test has made.
 */
const failures: readonly [command: string, code: number, happened: string, next: string][] = [
  ['campaign report sp4 --csv r.csv', 2, 'expected one campaign', '--csv > FILE'],
  ['campaign report sp4 sp5', 2, 'expected one campaign', 'one campaign'],
  ['campaign status --url {nobody}', 3, 'no orchestrator answers at', 'start it as it was installed'],
  ['campaign status --url http://127.0.0.1:1', 3, 'no orchestrator answers at', '--url'],
  ['campaign status --url http://nosuch.invalid', 3, 'no orchestrator answers at', '--url'],
  ['campaign status --url ftp://127.0.0.1', 2, 'is not a URL of HTTP', 'http://127.0.0.1:7300'],
  ['campaign status --url http://me:word@127.0.0.1', 2, 'must not hold a user or password', '--token-file'],
  ['campaign status --url {plain}', 3, 'is not a servpack orchestrator', 'of this version'],
  ['campaign status --url {tls}', 3, 'its certificate is signed by itself', '--ca'],
  ['campaign status --url {tls} --ca {folder}/text', 2, 'holds no certificate in PEM form', '--ca'],
  ['campaign status --url {tls} --ca {folder}/none', 2, 'there is no such file or folder', '--ca'],
  ['campaign status --url {tls-as-plain}', 3, 'the connection was cut', 'if it has TLS, give it as https://'],
  ['campaign status --url {plain-as-tls}', 3, 'it does not speak TLS', 'http://'],
  ['campaign status --token-file {folder}/none', 5, 'there is no such file', '--token-file'],
  ['campaign status --token-file {folder}', 5, 'it is a folder and not a file', '--token-file'],
  ['campaign status --token-file {folder}/latin.yaml', 5, 'is not UTF-8 text', 'save it as UTF-8'],
  ['campaign plan {folder}', 2, 'is not a file', 'expected a text file'],
  ['campaign plan {folder}/none', 2, 'there is no such file', 'expected a readable text file'],
  ['campaign plan {folder}/latin.yaml', 2, 'is not UTF-8 text', 'expected UTF-8 text'],
  ['campaign simulate {folder}/txet', 2, 'there is no such file', 'did you mean {folder}/text?'],
  ['campaign create {folder}/none', 2, 'there is no such file', 'expected a readable text file'],
  ['fleet import {folder}', 2, 'is not a file', 'expected a text file'],
  ['fleet import {folder}/text/below', 2, 'a part of its path is a file', 'expected a readable text file'],
  ['look --fleet {folder}', 2, 'is not a file', 'expected a text file'],
  ['look --hosts {folder}', 2, 'is not a file', 'expected a text file'],
  ['release stage {folder}/none', 2, 'there is no such file', 'expected a readable text file'],
  ['client checkin pc-1 --transcript {folder}', 2, 'it is a folder and not a file', '- for stdin'],
  ['audit verify {folder}', 2, 'it is a folder and not a file', 'give files of the audit'],
  ['audit verify {folder}/none', 2, 'there is no such file', 'give files of the audit'],
  ['audit verify {folder}/text --heads {folder}', 2, 'it is a folder', 'give a log of an orchestrator'],
  ['rebuild --from {folder}/none --dry-run', 2, 'there is no such file', 'give files of the audit'],
  ['fleet export --url {broken}', 3, 'the connection to the orchestrator broke', 'the connection was cut'],
  ['campaign clients sp4 --url {broken}', 3, 'the list is incomplete', 'broke'],
  ['campaign clients sp4 --json --url {broken}', 3, 'the list is incomplete', 'broke'],
  ['audit export --url {broken}', 3, 'the output is incomplete', 'the connection was cut'],
  ['up --data {folder}/text', 1, 'a part of its path is a file', 'choose another data folder'],
  ['up --data {folder}/run --port {taken}', 1, 'port {taken} is taken', 'SERVPACK_PORT'],
  ['certify spare-pc --read-only', 1, 'SERVPACK_SSH_CONFIG', 'is not set'],
];

/**
 * `up` and `certify` start processes, and a process goes on trusting an authority. The other
 * commands share one; those below show each exit code as that of a process.
 */
const inItsProcess = (command: string): typeof runCliAt =>
  /^(?:up|certify) | --ca /.test(command) ? runCliAt : runHosted;

describe('a command that fails', () => {
  test.each(failures)('%s: exit code %d, and says: %s', async (command, code, happened, next) => {
    const run = await inItsProcess(command)(orchestrator, words(command), {
      env: { SERVPACK_GATEWAY: command.startsWith('up') ? 'simulated:7400' : 'ssh' },
    });
    expect(run.stderr).toContain(inPlace(happened));
    expect(run.stderr).toContain(inPlace(next));
    expect(run.stderr).not.toMatch(raw);
    expect(run.code).toBe(code);
  });

  test('trusts the authority that --ca names', async () => {
    const run = await runCliAt(orchestrator, ['campaign', 'status', '--url', urls.tls, '--ca', ca]);
    expect([run.code, run.stderr]).toEqual([
      3,
      `servpack: the program at ${urls.tls} is not a servpack orchestrator of this version\n`,
    ]);
  });

  test.runIf(process.getuid?.() === 0)('says that it has no permission, and for what', async () => {
    const file = orchestrator.write('not-for-all', 'secret');
    chmodSync(file, 0o600);
    chmodSync(orchestrator.folder, 0o755);
    const args = ['fleet', 'list', '--url', orchestrator.url, '--token-file', file];
    const run = await runCli(args, { uid: 65_534 });
    expect([run.code, run.stderr]).toEqual([
      5,
      `servpack: the token cannot be used: ${file} cannot be read: no permission; this process runs as user 65534: give that user the right to read it; give it with --token-file, --data or SERVPACK_TOKEN\n`,
    ]);
  });

  test
    .runIf(process.platform === 'linux')
    .each([
      ['fleet export'],
      ['campaign report sp4 --json'],
      ['campaign clients sp4'],
      ['--help'],
      ['campaign status'],
      ['audit export'],
    ])('%s says that a full disk does not take its output', async (command) => {
    const { code, stderr } = await runInto(openSync('/dev/full', 'w'), words(command));
    expect([code, stderr]).toEqual([
      1,
      'servpack: the output is incomplete, because it cannot be written: no room is left on its disk; write it elsewhere and run the command again\n',
    ]);
  });

  test('ends in silence when the reader has read enough', async () => {
    const child = start(words('campaign report sp4 --json'), 'pipe');
    child.stdout?.destroy();
    expect(await ended(child)).toEqual({ code: 0, stderr: '' });
  });

  test('ends in silence at Ctrl-C, with the exit code of a shell', async () => {
    const child = start(words('campaign watch sp4'), 'pipe');
    await once(child.stdout as NodeJS.ReadableStream, 'data');
    child.kill('SIGINT');
    expect(await ended(child)).toEqual({ code: 130, stderr: '' });
  });
});

const words = (command: string): readonly string[] => command.split(' ').map(inPlace);

const inPlace = (text: string): string =>
  text
    .replace('{folder}', orchestrator.folder)
    .replace('{nobody}', urls.nobody)
    .replace('{plain}', urls.plain)
    .replace('{broken}', urls.broken)
    .replace('{tls}', urls.tls)
    .replace('{tls-as-plain}', urls.tls.replace('https', 'http'))
    .replace('{plain-as-tls}', urls.plain.replace('http', 'https'))
    .replace('{taken}', new URL(urls.plain).port);

async function listen(server: Server, scheme = 'http'): Promise<string> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function makeCertificate(folder: string): readonly [cert: string, key: string] {
  const [cert, key] = [join(folder, 'x.crt'), join(folder, 'x.key')];
  const order = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=localhost'];
  const names = ['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert];
  execFileSync('openssl', [...order, ...names], { stdio: 'ignore' });
  return [cert, key];
}

function start(args: readonly string[], stdout: 'pipe' | number) {
  const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;
  return spawn(process.execPath, [main, ...args], {
    env: { PATH, NODE_COMPILE_CACHE, ...placeOf(orchestrator) },
    stdio: ['ignore', stdout, 'pipe'],
  });
}

const runInto = (stdout: number, args: readonly string[]) => ended(start(args, stdout));

async function ended(child: ReturnType<typeof start>): Promise<{ code: number | null; stderr: string }> {
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stderr };
}
