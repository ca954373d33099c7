import { expect, test } from 'vitest';
import { replaceAtRestart } from '../../workers/gateways/windows-ssh/changes/file-changes.ts';
import { saysFacts, shellOf } from './told-client.ts';
import { regQuery } from './told-windows.ts';

const key = 'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Session Manager';
const [from, to] = ['C:\\Agent\\a.dll.servpack', 'C:\\Agent\\a.dll'];
const names = ['PendingFileRenameOperations', 'PendingFileRenameOperations2'];

/** Notes a rename on a client that exports nothing. Returns the answer, and what was written. */
async function noteBeside(existing: readonly string[]) {
  const sent: string[] = [];
  const printed = (name: string, data: string) => regQuery(key, [name, 'REG_MULTI_SZ', data]);
  const shell = shellOf(
    saysFacts((commands) => {
      if (commands.includes('reg export')) return ['ERROR: Access is denied.\r\n', 1];
      const name = /\/v (\S+)/.exec(commands)?.[1] ?? '';
      const added = /reg add .* \/d "([^"]*)"/.exec(commands)?.[1];
      if (added !== undefined) return [printed(name, added), 0];
      return existing.includes(name) ? [printed(name, '\\??\\C:\\T\\one.tmp'), 0] : undefined;
    }),
    sent,
  );
  const answer = await replaceAtRestart(shell, { counter: 7, owner: 'w1' }, from, to);
  return { answer, written: sent.filter((line) => /reg (add|import)/.test(line)) };
}

test('beside a list that cannot be read exactly, the rename goes into the other list alone', async () => {
  const { answer, written } = await noteBeside(names.slice(0, 1));
  expect(answer.ok).toBe(true);
  expect(written).toHaveLength(1);
  expect(written[0]).toContain(
    '/v PendingFileRenameOperations2 /t REG_MULTI_SZ /d "\\??\\C:\\Agent\\a.dll.servpack\\0!\\??\\C:\\Agent\\a.dll"',
  );
  expect(written[0]).not.toContain('one.tmp');
});

test('where neither list can be read exactly, both are left as they are, with the reason', async () => {
  const { answer, written } = await noteBeside(names);
  expect(answer).toMatchObject({
    error: { kind: 'failed', message: expect.stringContaining('Access is denied') },
  });
  expect(written).toEqual([]);
});
