import { expect, test } from 'vitest';
import { control } from '../../workers/gateways/windows-ssh/changes/service-changes.ts';
import { saysFacts, shellOf } from './told-client.ts';

/**
 * The registry value DelayedExpansion of the command processor (`cmd /?`): where it is 1, cmd.exe
 * takes what stands between two `!` for a variable, and drops a single `!`, also between quotes.
 */
const stopOn = async (isDelayed: boolean, name: string) => {
  const facts = `C:\\Windows\r\nActive code page: 437\r\nservpack:[${isDelayed ? '' : '!'}]\r\n`;
  const sent: string[] = [];
  const shell = shellOf(
    saysFacts((commands) => (commands.startsWith('echo %SystemRoot%') ? [facts, 0] : ['', 5])),
    sent,
  );
  const stopped = await control(shell, { counter: 1, owner: 'driver' }, name, 'stop');
  return {
    said: stopped.ok ? '' : stopped.error.message,
    stops: sent.filter((line) => line.includes('sc stop')),
  };
};

test('a name with ! is sent to no client whose cmd.exe expands !: it would name another service', async () => {
  const { said, stops } = await stopOn(true, 'wow! really!');
  expect(said).toContain('cmd.exe of this client expands ! (DelayedExpansion)');
  expect(stops).toEqual([]);
});

test('it is sent to any other client, and names without ! to every client', async () => {
  expect((await stopOn(false, 'wow! really!')).stops).toHaveLength(1);
  expect((await stopOn(true, 'Zabbix Agent 2')).stops).toHaveLength(1);
});
