import { expect, test } from 'vitest';
import { evidenceInWords, evidenceSummary } from '../../orchestrator/cli/render/evidence.ts';
import { plainView } from '../../orchestrator/cli/render/view.ts';

const look = JSON.stringify({
  bootedAt: Date.UTC(2026, 10, 17, 9),
  configuration: Array.from({ length: 30 }, (_, n) => `Key${n}=\u001b[2J`).join('\r\n'),
  files: [{ name: 'appres32.dll', sha256: 'ab' }],
  intent: null,
  pendingRestart: false,
  users: [],
});

test('evidence of a look is shown field by field, without control characters', () => {
  const lines = evidenceInWords(plainView, look);
  expect(lines.slice(0, 3)).toEqual([
    '  booted at        2026-11-17T09:00:00Z',
    '  configuration:',
    '    Key0=\uFFFD[2J',
  ]);
  expect(lines.slice(-4)).toEqual([
    '  files:',
    '    appres32.dll  sha256 ab',
    '  pending restart  no',
    '  none: intent, users',
  ]);
});

test('a summary of evidence counts the lines of long texts', () => {
  expect(evidenceSummary(plainView, look)).toContain('  configuration    30 lines');
  expect(evidenceSummary(plainView, 'one\ntwo')).toEqual(['  one', '  two']);
});

test.each(['exit code 1\naccess denied', '{"cut":"[cut, 90000 bytes in all]', 'null', '3'])(
  'evidence that is no record is shown as it is: %j',
  (text) => {
    expect(evidenceInWords(plainView, text, '')).toEqual(text.split('\n'));
  },
);
