import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { targetOf } from '../../shared/execution/gateway.ts';
import { connectSshGateway } from '../../workers/gateways/windows-ssh/gateway.ts';
import { fingerprintOf } from '../../workers/gateways/windows-ssh/config/known-hosts.ts';
import { everyChange, intentOf, valueOf } from '../contract/contract-clients.ts';
import { settingsWith } from '../contract/ssh-settings.ts';
import { formsIn } from '../lab/ssh/command-forms.ts';
import { type OneMachine, openOneMachine } from '../lab/ssh/one-machine.ts';
import { makeSshKeys } from '../lab/ssh/server.ts';
import { smsMethods, smsProfile } from '../products/given.ts';
import { lookRequest } from '../../shared/execution/observation/observe-client.ts';
import { patienceMs } from '../environment/patience.ts';

const path = join(import.meta.dirname, '../../docs/windows.md');
const text = readFileSync(path, 'utf8');
const name = 'SMS_PACKAGE_COMMAND_MANAGER_NT';
const keys = makeSshKeys();

let lab: OneMachine;
let sent: ReadonlySet<string>;

/**
 * Every call of the gateway, on a blocked client whose service runs: all command lines that
 * servpack ever sends.
 */
beforeAll(async () => {
  const lines: string[] = [];
  const commanded = (line: string): void => void lines.push(line);
  const hear = { commanded, connected: () => undefined, askedForFile: () => undefined };
  lab = await openOneMachine('pcmInBin', keys, { hear });
  const gateway = connectSshGateway({
    settings: settingsWith(keys),
    deadlineMs: patienceMs,
  });
  const hostKeys = [fingerprintOf(keys.hostKeyBytes)];
  const target = targetOf({ client: lab.client, host: '127.0.0.1', port: lab.server.port, hostKeys });
  const signal = AbortSignal.timeout(patienceMs);
  const change = { target, fence: { counter: 1, owner: 'driver' }, signal };
  const seen = valueOf(await gateway.look(target, lookRequest(smsProfile(), ['PCM32R.DLL']), signal));
  const [service] = seen.services;
  if (service === undefined) throw new Error('the client has no service');
  const { keys: itsKeys } = smsProfile().services[0] ?? { keys: [] };
  valueOf(await gateway.readService(target, name, signal, itsKeys));
  valueOf(await gateway.canReadShare(target, '\\\\LS1\\SMS_SHR', signal));
  valueOf(await gateway.writeIntent(change, intentOf(service, '0'.repeat(64), 'C:\\SMS_PCM\\A.EXE')));
  const executable = 'C:\\MS\\SMS\\BIN\\PCMSVC32.EXE';
  const clients = { gateway, service: { name, executable }, methods: smsMethods() };
  // A path with a variable is asked for, and one that was stored as REG_SZ is stored so again.
  const imagePath = executable.replace('C:', '%SystemDrive%');
  await gateway.configureService(change, name, { imagePath, pathType: 'REG_SZ' });
  valueOf(await gateway.readService(target, name, signal));
  await gateway.configureService(change, name, { imagePath: executable });
  // A list in which another program has a deletion is written in another way than a new one.
  lab.machine.renames = [{ from: 'C:\\T\\one.tmp', to: '' }];
  valueOf(await gateway.replaceAtRestart(change, executable, 'C:\\NEW\\B.EXE'));
  lab.machine.renames = [];
  // The last call restarts the client.
  const calls = everyChange(clients, 'C:\\NEW\\A.EXE').toSorted(([a], [b]) => rank(a) - rank(b));
  for (const [, call] of calls) await call(change);
  sent = formsIn(lines);
  await gateway.close();
});
afterAll(() => lab.close());

const rank = (call: string): number => (call === 'restart' ? 1 : 0);

/** The commands of the tables, by program, verb and switches. */
function formsOfTables(): ReadonlySet<string> {
  const tables = text.slice(text.indexOf('### Looking'), text.indexOf('## What it leaves'));
  const cells = tables
    .split('\n')
    .flatMap((line) => (line.startsWith('|') ? [line.split('|')[2] ?? ''] : []));
  return formsIn(cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code ?? '')));
}

describe('docs/windows.md', () => {
  test('names every command that is sent to a client', () => {
    const said = formsOfTables();
    expect([...sent].filter((form) => !said.has(form))).toEqual([]);
    expect(sent.size).toBeGreaterThan(25);
  });

  test('names no command that is not sent to a client', () => {
    expect([...formsOfTables()].filter((form) => !sent.has(form))).toEqual([]);
  });

  test('links only to files that exist', () => {
    const links = [...text.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, link]) => link ?? '');
    expect(links.length).toBeGreaterThan(3);
    expect(links.filter((link) => !existsSync(join(dirname(path), link)))).toEqual([]);
  });
});
