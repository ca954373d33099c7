import { expect, test } from 'vitest';
import { lookAt } from '../../workers/gateways/windows-ssh/look/look.ts';
import { shellOf } from './told-client.ts';
import { regQuery, toldRequest, toldWindows } from './told-windows.ts';

const sessionManager = 'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Session Manager';

async function isPending(list: string, componentDirectory = toldRequest.componentDirectory) {
  const value = regQuery(sessionManager, ['PendingFileRenameOperations', 'REG_MULTI_SZ', list]);
  const shell = shellOf(
    toldWindows((commands) => (commands.includes('PendingFileRename') ? [value, 1] : undefined)),
  );
  // The components of another directory are the same, for this question.
  const seen = await lookAt(shell, { ...toldRequest, componentDirectory, files: [] });
  return seen.ok ? seen.value.pendingRestart : seen.error.message;
}

// `reg query` leaves the empty names of deletions out (dotnet/sdk issue 28993), so an odd number of
// names is printed. Windows 11 puts marks such as `*1` before names.
test.each([
  ['nothing', '', false],
  ['files of other programs', '\\??\\C:\\T\\one.tmp\\0\\??\\C:\\T\\two.tmp\\0\\??\\C:\\T\\three.tmp', false],
  [
    'a component to be replaced',
    '\\??\\C:\\T\\new.dll\\0!\\??\\C:\\Program Files\\GenericAgent\\a.dll',
    true,
  ],
  ['a component to be deleted', '\\??\\C:\\T\\one.tmp\\0\\??\\C:\\Program Files\\GenericAgent\\a.dll', true],
  [
    'a component under a mark of Windows 11',
    '*1\\??\\C:\\T\\new.dll\\0*1!\\??\\C:\\Program Files\\GenericAgent\\a.dll',
    true,
  ],
  ['a directory beside it', '\\??\\C:\\Program Files\\GenericAgent2\\a.dll', false],
] as const)('a restart is pending where the list of renames holds %s', async (_, list, pending) => {
  expect(await isPending(list)).toBe(pending);
});

test('the name of a directory may begin with a zero', async () => {
  const list = '\\??\\C:\\T\\new.dll\\0!\\??\\C:\\Agents\\01\\a.dll';
  expect(await isPending(list, 'C:\\Agents\\01')).toBe(true);
  expect(await isPending(list, 'C:\\Agents\\02')).toBe(false);
});
