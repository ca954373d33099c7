import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { replayLines } from '../../orchestrator/cli/render/replay.ts';
import { plainView } from '../../orchestrator/cli/render/view.ts';
import { replayAgain } from '../../orchestrator/replay/answer.ts';
import { replayWith } from '../../orchestrator/replay/replay-with.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { seededHistory } from './seeded-campaigns.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/replay.md'), 'utf8');
const examples = [...page.matchAll(/```text\n([^]*?)```/gu)].map(([, text]) => text);

test('a campaign that is made again reads as docs/replay.md shows it', async () => {
  const { side: _side, ...answer } = replayAgain(await seededHistory(8));
  expect(`${replayLines(plainView, answer).join('\n')}\n`).toBe(examples[1]);
});

test('another policy reads as docs/replay.md shows it', async () => {
  const [, text = ''] = /```yaml\n([^]*?)```/u.exec(page) ?? [];
  const answered = await replayWith(await seededHistory(8), { file: 'no-soak.yaml', text });
  const printed = `${replayLines(plainView, unwrapped(answered)).join('\n')}\n`;
  expect(printed.slice(printed.indexOf('with no-soak.yaml'))).toBe(examples[2]);
});
