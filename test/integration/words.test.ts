import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readState, readVerdict } from '../../orchestrator/cli/client/state-option.ts';
import { glossary } from '../../orchestrator/cli/render/glossary.ts';
import { stateWord } from '../../orchestrator/views/state-words.ts';
import { buckets } from '../../shared/domain/outcome/states.ts';
import { runHosted } from '../fixtures/hosted-commands.ts';
import { startRunning } from '../fixtures/small-orchestrator.ts';

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');

describe('the words of the screen', () => {
  test('are the same in the README and in `servpack help words`', async () => {
    const section = readme.slice(readme.indexOf('\n## Words'), readme.indexOf('\n## What happens'));
    const rows = [...section.matchAll(/^\| ([^|]+) \| (.+) \|$/gm)].map(([, word, meaning]) => [
      word,
      meaning,
    ]);
    expect(rows).toEqual(glossary);
    const { code, stdout } = await runHosted(null, ['help', 'words']);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/));
    expect([code, lines]).toEqual([0, glossary]);
  });

  test('have a meaning for every state of a client', () => {
    const words = glossary.map(([word]) => word);
    expect(buckets.map(stateWord).filter((word) => !words.includes(word))).toEqual([]);
  });

  test.each([
    ['needs attention', 'needsAttention'],
    ['Attention', 'needsAttention'],
    ['NEEDSATTENTION', 'needsAttention'],
    ['needs-attention', 'needsAttention'],
    ['fixing', 'remedying'],
    ['Remedying', 'remedying'],
    ['already current', 'alreadyCurrent'],
    ['waiting', 'waiting'],
  ])('name a state: %s', (text, state) => {
    expect(readState(text)).toBe(state);
  });

  test('name the result of a look', () => {
    expect(['Could not be looked at', 'couldnotlook', 'BLOCKED'].map(readVerdict)).toEqual([
      'couldNotLook',
      'couldNotLook',
      'blocked',
    ]);
    expect(() => readVerdict('gone')).toThrow('Expected one of: ');
  });

  test('are what `campaign clients --state` takes, and what it offers', async () => {
    await using orchestrator = await startRunning();
    const clients = ['campaign', 'clients', 'sp4', '--state'];
    expect((await runHosted(orchestrator, [...clients, 'Needs Attention'])).code).toBe(0);
    const { code, stderr } = await runHosted(orchestrator, [...clients, 'gone']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('fixing, upgraded, already current')]);
    expect(stderr).not.toMatch(/needsAttention|remedying|alreadyCurrent/);
  });

  test('`help` shows the usage of a command, and says when there is none', async () => {
    expect((await runHosted(null, ['help', 'campaign', 'watch'])).stdout).toContain(
      'servpack campaign watch',
    );
    expect((await runHosted(null, ['help'])).stdout).toContain('Commands:');
    expect(await runHosted(null, ['help', 'wrods'])).toMatchObject({ code: 2, stdout: '' });
  });
});
