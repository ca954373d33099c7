import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { targetOf } from '../../shared/execution/gateway.ts';
import { connectSshGateway } from '../../workers/gateways/windows-ssh/gateway.ts';
import { valueOf } from '../contract/contract-clients.ts';
import { windowsPatienceMs } from '../environment/patience.ts';
import { startWindowsLab, type WindowsLab } from '../lab/windows/lab.ts';
import { sshSettingsOf } from './ssh.ts';

/**
 * A rename at a restart beside a deletion of another program: `reg export` and `reg import` of
 * another maker than the model's, on a real registry.
 */
const block = '127.0.97';
const port = 2_297;

let lab: WindowsLab;

beforeAll(async () => {
  lab = await startWindowsLab({ traits: [], block, port });
});
afterAll(() => lab.close());

/** `\??\C:\LAB\THEIRS.TMP`, then an empty name: a deletion, as Windows notes it. */
const theirs = Buffer.from('\\??\\C:\\LAB\\THEIRS.TMP\0\0\0', 'utf16le');

test('deletions of other programs stay in the list and happen', { timeout: 20 * 60_000 }, async () => {
  const client = await lab.add('free');
  const at = (...names: readonly string[]): string => join(client.prefix, 'drive_c', ...names);
  const hex = theirs.toString('hex').match(/../g)?.join(',') ?? '';
  writeFileSync(
    at('LAB', 'THEIRS.REG'),
    `\ufeffWindows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Session Manager]\r\n"PendingFileRenameOperations"=hex(7):${hex}\r\n`,
    'utf16le',
  );
  for (const name of ['THEIRS.TMP', 'NEW.DLL', 'OLD.DLL']) writeFileSync(at('LAB', name), name);
  const imported = await client.run('reg.exe', 'import', 'C:\\LAB\\THEIRS.REG');
  expect(imported.code).toBe(0);
  const gateway = connectSshGateway({
    settings: sshSettingsOf(lab, port),
    deadlineMs: windowsPatienceMs,
  });
  const target = targetOf({
    client: client.id,
    host: client.place.address,
    port: client.place.port,
    hostKeys: [client.fingerprint],
  });
  const fence = { counter: 1, owner: 'driver' };
  const change = { target, fence, signal: AbortSignal.timeout(windowsPatienceMs) };
  valueOf(await gateway.replaceAtRestart(change, 'C:\\LAB\\NEW.DLL', 'C:\\LAB\\OLD.DLL'));
  await gateway.close();
  await client.restart();
  expect(existsSync(at('LAB', 'THEIRS.TMP'))).toBe(false);
  expect(readFileSync(at('LAB', 'OLD.DLL'), 'utf8')).toBe('NEW.DLL');
});
