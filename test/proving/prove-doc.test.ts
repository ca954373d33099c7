import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runHosted } from '../fixtures/hosted-commands.ts';
import { wordsIn } from '../../orchestrator/cli/client/command-words.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/prove.md'), 'utf8');
const examples = [...page.matchAll(/^```yaml\n([^]*?)^```\n\n```text\n\$ servpack (.*)\n([^]*?)^```$/gm)].map(
  ([, yaml = '', command = '', says = '']) => ({ yaml, command, says }),
);

const folder = mkdtempSync(join(tmpdir(), 'servpack-prove-'));
const file = join(folder, 'hospital.yaml');
const prove = (text: string, ...options: readonly string[]) => {
  writeFileSync(file, text);
  // A busy machine needs longer than the 25 s that a person is asked to wait.
  return runHosted(null, ['campaign', 'prove', file, '--time-limit', '10m', ...options]);
};

afterAll(() => rmSync(folder, { recursive: true }));

describe('docs/prove.md', () => {
  test('shows a file that is refuted, and one that is not', () => {
    expect(examples).toHaveLength(2);
  });

  test.each(examples)('says what servpack says: $command, example %#', async ({ yaml, command, says }) => {
    const [, , , ...options] = wordsIn(command) ?? [];
    const { code, stdout, stderr } = await prove(yaml, ...options);
    const [before = '', after = ''] = says.split('…\n');
    expect(stderr).toBe('');
    expect(stdout.slice(0, before.length)).toBe(before);
    expect(stdout.slice(-after.length)).toBe(after === '' ? stdout : after);
    expect(code).toBe(says.includes('A counterexample') ? 1 : 0);
  });
});

const head = 'campaign: hospital\nrelease: sms-1.2-sp4\n';

describe('campaign prove', () => {
  test('takes what is asked from the file', async () => {
    const asked = await prove(`${head}prove: { neverDown: { most: 1, per: site } }\n`, '--json');
    const { counterexample } = JSON.parse(asked.stdout) as { counterexample: unknown };
    expect(asked.code).toBe(1);
    expect(counterexample).toMatchObject({
      property: 'neverDown',
      allowedBy: { key: 'budgets.perLogonServer', line: null, instead: '1' },
    });
  });

  test.each([
    ['waves that hold one client each', 'waves: { ramp: [1 %, 50 %, 100 %] }'],
    [
      'waves that part the clients of a site',
      'waves: [{ name: a, where: "ring = canary" }, { name: b, where: "!ring" }, { name: c, rest: true }]',
    ],
  ])('looks also at two clients of one kind: %s', async (_what, waves) => {
    const { code, stdout } = await prove(`${head}${waves}\n`, '--never-down', '1', '--states', '1000');
    expect(code).toBe(1);
    expect(stdout).toContain('allowed by budgets.perLogonServer (not in the file: the default holds)');
  });

  test('names the line of the key that allows it', async () => {
    const { stdout } = await prove(`${head}restart: { allowed: always }\n`, '--logged-on');
    expect(stdout).toContain('=> pun-1 is restarted while anna is logged on\n');
    expect(stdout).toContain(
      'allowed by restart.allowed (line 3); not with restart.allowed: nobodyLoggedOn\n',
    );
  });

  test.each([
    ['a fault of the file', `${head}wavs: []\n`, [], /hospital\.yaml has 1 fault/],
    [
      'a release whose product is not known',
      'campaign: a\nrelease: b-1\n',
      [],
      /name the product: --product/,
    ],
    ['a product that is not known', head, ['--product', 'sms'], /product "sms" is not known/],
    [
      'a part of the fleet that is no key',
      head,
      ['--never-down', '1', '--per', '!'],
      /--per: expected logonServer/,
    ],
    ['a start that is no moment', head, ['--starts', 'tomorrow'], /--starts: expected a moment/],
    ['a section with a fault', `${head}prove: { neverDown: { most: 9 } }\n`, [], /prove\.neverDown\.most/],
  ])('refuses %s with exit code 2', async (_what, text, options, says) => {
    const { code, stdout, stderr } = await prove(text, ...options);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(says);
  });

  test('says that its time was over', async () => {
    const { stdout } = await prove(head, '--time-limit', '1s', '--states', '1000000', '--events', '30');
    expect(stdout).toContain('the limit of --time-limit was reached\n');
    expect(stdout).toContain('No counterexample so far: the search did not finish.\n');
  });
});
