import { writeFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { checkMessages } from '../../orchestrator/doctor/messages.ts';
import { LiveNotifySettings } from '../../orchestrator/notify/live-settings.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { secretFile } from './notice-fixture.ts';

const settingsOf = (name: string): string =>
  `notify:\n  gather: 1m\n  destinations:\n    ${name}: { form: command, run: [page.sh] }\n`;

function openSettings(text: string) {
  const path = secretFile(text);
  const logged: string[] = [];
  const log = {
    info: (_fields: object, said: string) => void logged.push(said),
    warn: (_fields: object, said: string) => void logged.push(said),
  };
  const settings = unwrapped(LiveNotifySettings.open({ notify: path }, log as never));
  if (settings === null) throw new Error('no settings');
  onTestFinished(() => settings.close());
  const names = (): readonly string[] => settings.destinations.map(({ name }) => name);
  return { settings, logged, names, write: (next: string): void => writeFileSync(path, next) };
}

test('a change of the settings file takes effect without a restart', () => {
  const { settings, logged, names, write } = openSettings(settingsOf('ops'));
  settings.look();
  expect([names(), logged]).toEqual([['ops'], []]);
  write(settingsOf('desk').replace('1m', '2m'));
  settings.look();
  expect([names(), settings.gatherMs]).toEqual([['desk'], 120_000]);
  expect(logged).toEqual(['the settings of messages were read again']);
});

test('a file with a fault leaves the earlier settings in force, and the log and the doctor say so', async () => {
  const { settings, logged, names, write } = openSettings(settingsOf('ops'));
  const store = createMemoryStore(Date.now);
  const sending = { env: {}, hooks: null, now: Date.now };
  const diagnosed = async (): Promise<string> =>
    JSON.stringify(await checkMessages({ notifier: { settings, sending, file: settings }, store }));
  write(settingsOf('desk').replace('command', 'pigeon'));
  settings.look();
  settings.look();
  expect(names()).toEqual(['ops']);
  expect(logged).toEqual(['the settings of messages stay as they were']);
  expect(settings.trouble).toContain('pigeon');
  expect(await diagnosed()).toContain('pigeon');
  write(settingsOf('desk'));
  settings.look();
  expect([names(), settings.trouble]).toEqual([['desk'], null]);
  expect(await diagnosed()).toContain('no message to desk was tried yet');
  await store.close();
});
