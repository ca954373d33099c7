import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runHosted } from '../fixtures/hosted-commands.ts';
import { startSmallOrchestrator, writeRelease } from '../fixtures/small-orchestrator.ts';

const read = (name: string): string => readFileSync(join(import.meta.dirname, '../../docs', name), 'utf8');
const page = read('campaigns/editing.md');
const [, fleet = ''] = /^```csv\n([^]*?)^```$/m.exec(read('campaigns.md')) ?? [];
const [, first = ''] = /^```yaml\n([^]*?)^```$/m.exec(page) ?? [];

/** Each file with which the page edits the campaign, and what servpack says. */
const examples = [
  ...page.matchAll(
    /^```yaml\n([^`]*?)^```\n\n```text\n\$ servpack (.*?) --reason "(.*?)" --yes\n([^]*?)^```$/gm,
  ),
].map(([, yaml = '', command = '', reason = '', says = '']) => ({ yaml, command, reason, says }));

test('docs/campaigns/editing.md says what servpack says', async () => {
  expect(examples.length + 1).toBe([...page.matchAll(/^```yaml$/gm)].length);
  await using orchestrator = await startSmallOrchestrator();
  await orchestrator.ask('POST', '/v1/fleet', { file: 'fleet.csv', text: fleet });
  for (const release of ['sms-1.2-sp4', 'sms-1.2-sp5']) {
    const path = writeRelease(orchestrator, 'echo staged', release);
    expect((await orchestrator.ask('POST', '/v1/releases', { path })).status).toBe(200);
  }
  await orchestrator.ask('POST', '/v1/campaigns', { file: 'campaign.yaml', text: first });
  expect((await orchestrator.ask('POST', '/v1/campaigns/sms-sp4/start')).body.status).toBe('running');
  for (const { yaml, command, reason, says } of examples) {
    const path = orchestrator.write('campaign.yaml', yaml);
    const words = command.split(' ').map((word) => (word === 'campaign.yaml' ? path : word));
    const { stdout, stderr } = await runHosted(orchestrator, [...words, '--reason', reason, '--yes']);
    expect(`${stdout}${stderr}`.replaceAll(path, 'campaign.yaml')).toBe(says);
  }
});
