import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { filesBelow } from './imports.ts';

/** Which files of the orchestrator make a permit to act, by kind. */
const made: Readonly<Record<string, readonly string[]>> = {
  alone: ['orchestrator/requests/ask.ts', 'orchestrator/requests/commands.ts'],
  approved: ['orchestrator/requests/carry-out.ts'],
  ofServpack: ['orchestrator/schedules/occur.ts'],
  cancellingNothing: ['orchestrator/requests/commands.ts'],
  beforeStart: ['orchestrator/requests/commands.ts'],
  toLook: ['orchestrator/requests/commands.ts'],
  // The last one makes what allows less.
  takenOver: ['orchestrator/background/thread.ts', 'orchestrator/requests/permit.ts'],
};

test('a permit for a command that may need a second person is made in these files alone', () => {
  const found: Record<string, string[]> = {};
  for (const file of filesBelow('orchestrator').toSorted())
    for (const kind of new Set(
      [...readFileSync(file, 'utf8').matchAll(/\bPermit\.(\w+)\(/g)].map(([, name = '']) => name),
    ))
      (found[kind] ??= []).push(file);
  expect(found).toEqual(made);
});

test('the decider is asked for an abort, and a release is withdrawn, only where a permit was shown', () => {
  const asks = filesBelow('orchestrator').filter((file) =>
    /changeCampaign\([^;]*'AbortRequested'/s.test(readFileSync(file, 'utf8')),
  );
  expect(asks).toEqual(['orchestrator/campaigns/abort.ts']);
});
