import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, onTestFinished, test } from 'vitest';
import { whatIsMissing } from '../../orchestrator/releases/staged-proof.ts';

test('a proof that cannot be read is named in words, without a text of the system', async () => {
  const folder = mkdtempSync(`${tmpdir()}/servpack-proof-`);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const release = { upgrade: { proof: { values: [{ file: folder, key: 'Version', is: '4' }] } } };
  const staged = { file: `${folder}/release.yaml`, tree: folder, files: [], texts: {} };
  const found = await whatIsMissing(release as never, {} as never, staged);
  expect(found).toMatchObject({
    ok: false,
    error: {
      message: `upgrade.proof.values ${folder} cannot be read: it is a folder and not a file; nothing is staged`,
    },
  });
});
