import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runHosted } from '../fixtures/hosted-commands.ts';
import {
  type SmallOrchestrator,
  startSmallOrchestrator,
  writeRelease,
} from '../fixtures/small-orchestrator.ts';

const docs = join(import.meta.dirname, '../../docs');
// The examples of `editing.md` are one after the other about one campaign (`editing-doc.test.ts`).
const pages = [
  'campaigns.md',
  ...readdirSync(join(docs, 'campaigns'))
    .filter((name) => name !== 'editing.md')
    .map((name) => `campaigns/${name}`),
].map((page) => ({ page, text: readFileSync(join(docs, page), 'utf8') }));

const [, fleet = ''] = /^```csv\n([^]*?)^```$/m.exec(pages[0]?.text ?? '') ?? [];

/** Each campaign file of a page, and what the page says about it. */
const examplesOf = (text: string) => [
  ...text.matchAll(/^```yaml\n([^]*?)^```\n\n```text\n\$ servpack (.*)\n([^]*?)^```$/gm),
];
const examples = pages.flatMap(({ page, text }) =>
  examplesOf(text).map(([, yaml = '', command = '', says = '']) => ({ page, yaml, command, says })),
);

const [, calendar = ''] = /^```ics\n([^]*?)^```$/m.exec(pages[0]?.text ?? '') ?? [];

/** The answer with `…` in place of the lines that the page leaves out. */
function cutAs(says: string, answer: string): string {
  const parts = says.split('…\n');
  if (parts.length === 1) return answer;
  const starts = parts.map((part, index) =>
    index === 0 ? 0 : index === parts.length - 1 ? answer.length - part.length : answer.indexOf(part),
  );
  return parts.map((part, index) => answer.substring(starts[index] ?? 0).slice(0, part.length)).join('…\n');
}

let orchestrator: SmallOrchestrator;

beforeAll(async () => {
  orchestrator = await startSmallOrchestrator();
  await orchestrator.ask('POST', '/v1/fleet', { file: 'fleet.csv', text: fleet });
  const path = writeRelease(orchestrator, 'echo staged', 'sms-1.2-sp4');
  expect((await orchestrator.ask('POST', '/v1/releases', { path })).status).toBe(200);
});

afterAll(async () => orchestrator[Symbol.asyncDispose]());

describe('docs/campaigns', () => {
  test.each(pages)('$page has an answer for every file that it shows', ({ text }) => {
    const shown = [...text.matchAll(/^```yaml$/gm)].length;
    expect(shown).toBeGreaterThan(0);
    expect(examplesOf(text)).toHaveLength(shown);
  });

  test.each(examples)('$page says what servpack says: $command, line %#', async ({ yaml, command, says }) => {
    // These lines stand below the example, so that the lines of its faults are those of the page.
    const waves = /^waves:/m.test(yaml) ? '' : 'waves: [{ name: all, rest: true }]\n';
    const more = `campaign: sms-sp4\nrelease: sms-1.2-sp4\n${waves}`;
    const path = orchestrator.write('campaign.yaml', `${yaml}${more}`);
    orchestrator.write('holidays.ics', calendar);
    const words = command.split(' ').map((word) => (word === 'campaign.yaml' ? path : word));
    const { stdout, stderr } = await runHosted(orchestrator, words);
    const answer = `${stdout}${stderr}`.replaceAll(path, 'campaign.yaml');
    expect(cutAs(says, answer)).toBe(says);
  });
});
