import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { wordsOf } from '../fixtures/shell-words.ts';
import { runHosted } from '../fixtures/hosted-commands.ts';
import { campaignYaml, startRunning } from '../fixtures/small-orchestrator.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/simulate.md'), 'utf8');

const block = (kind: string): string => new RegExp(`\`\`\`${kind}\n([^]*?)\`\`\``).exec(page)?.[1] ?? '';

function folderWith(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'servpack-simulate-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'payroll.yaml');
  writeFileSync(file, text);
  return file;
}

describe('docs/simulate.md', () => {
  test('shows what its command prints', async () => {
    const file = folderWith(block('yaml'));
    const [, ...args] = wordsOf(block('sh').trim().replace('payroll.yaml', file));
    const run = await runHosted(null, args);
    expect(run.stderr).toBe('');
    expect(run.stdout).toBe(block('text'));
  });

  test('names every option', async () => {
    const { stdout } = await runHosted(null, ['campaign', 'simulate', '--help']);
    const own = [...stdout.slice(0, stdout.indexOf('Global Options')).matchAll(/^ +(--[\w-]+)/gm)].map(
      ([, name = '']) => name,
    );
    expect(own.length).toBeGreaterThan(4);
    expect(own.filter((name) => !page.includes(`\`${name}`))).toEqual([]);
  });
});

describe('servpack campaign simulate', () => {
  test('needs no orchestrator, and refuses a bad file with its line', async () => {
    const run = await runHosted(null, [
      'campaign',
      'simulate',
      folderWith('campaign: a\nrelease: b\nwaves: 3\n'),
    ]);
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(/payroll\.yaml:3: waves: .*expected/);
  });

  test.each([
    [['--starts', 'tomorrow'], 'is not a moment with its time zone'],
    [['--clients', 'many'], 'Expected a whole number'],
    [['--approvals-after', 'soon'], 'Expected a time such as 30m'],
  ])('refuses %j', async (options, says) => {
    const run = await runHosted(null, [
      'campaign',
      'simulate',
      folderWith('campaign: a\nrelease: b\n'),
      ...options,
    ]);
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining(says)]);
  });

  test('refuses two fleets, and a fleet without a look', async () => {
    const both = await runHosted(null, [
      'campaign',
      'simulate',
      folderWith('campaign: a\nrelease: b\n'),
      '--from-looks',
      '--clients',
      '5',
    ]);
    expect([both.code, both.stderr]).toEqual([2, expect.stringContaining('not both')]);
    await using orchestrator = await startRunning();
    orchestrator.write('other.yaml', campaignYaml('other'));
    const args = ['campaign', 'simulate', join(orchestrator.folder, 'other.yaml'), '--from-looks'];
    const without = await runHosted(orchestrator, args);
    expect(without.stderr).toContain(
      'no client of the fleet was looked at; look first: servpack look --fleet',
    );
    expect(without.code).not.toBe(0);
  });

  test('says why a campaign that a gate pauses does not end', async () => {
    const text = [
      'campaign: a',
      'release: b',
      'waves:',
      '  - { name: canary, percent: 50 %, gate: { failures: 0 %, minSample: 2 } }',
      '  - { name: rest, rest: true }',
    ].join('\n');
    const options = ['--json', '--clients', '100', '--replicates', '0'];
    const run = await runHosted(null, ['campaign', 'simulate', folderWith(text), ...options]);
    expect(JSON.parse(run.stdout)).toMatchObject({
      schemaVersion: 1,
      endsAt: null,
      because: expect.stringMatching(/paused at .* by gate: wave canary/),
      faster: [],
    });
  });
});
