import { expect, test } from 'vitest';
import { ok } from '../../shared/errors.ts';
import { targetOf } from '../../shared/execution/gateway.ts';
import { canReach, sharesIn } from '../../shared/execution/update-client.ts';

const change = {
  target: targetOf({ client: 'pc-1', host: 'pc-1' }),
  fence: { counter: 1, owner: 'driver' },
  signal: new AbortController().signal,
};
const gateway = (readable: readonly string[]) => ({
  canReadShare: async (_target: unknown, share: string) => ok(readable.includes(share)),
});

test.each([
  [String.raw`\\LS-PUN\SMS_SHR\UPGRADE.BAT`, [String.raw`\\LS-PUN\SMS_SHR`]],
  [
    String.raw`"\\LS-PUN\SMS_SHR\a.exe" /from:\\LS-2\X$ \\LS-PUN\SMS_SHR`,
    [String.raw`\\LS-PUN\SMS_SHR`, String.raw`\\LS-2\X$`],
  ],
  [String.raw`"C:\MS\SMS\A.EXE" /V`, []],
  [String.raw`C:\\A\\B`, []],
])('the shares that a command line names: %s', (commandLine, shares) => {
  expect(sharesIn(commandLine)).toEqual(shares);
});

test('a command whose share the login cannot read is not sent, with the reason', async () => {
  const command = String.raw`\\LS-PUN\SMS_SHR\UPGRADE.BAT`;
  expect(await canReach(gateway([]), change, command)).toMatchObject({
    error: {
      kind: 'failed',
      message: expect.stringContaining(String.raw`cannot read \\LS-PUN\SMS_SHR: a login with a key`),
    },
  });
  expect(await canReach(gateway([String.raw`\\LS-PUN\SMS_SHR`]), change, command)).toEqual(ok(undefined));
  expect(await canReach(gateway([]), change, null)).toEqual(ok(undefined));
});
