import { expect, test } from 'vitest';
import { approval } from './golden/approval.ts';
import { freeze } from './golden/freeze.ts';
import { joiners } from './golden/joiners.ts';
import { nights } from './golden/nights.ts';
import { rings } from './golden/rings.ts';
import { soak } from './golden/soak.ts';
import { stop } from './golden/stop.ts';
import { trouble } from './golden/trouble.ts';
import { twoAtOneServer } from './golden/two-at-one-server.ts';

/**
 * Whole campaigns as transcripts: a command, then what has changed by it or the whole state. A
 * change of behaviour shows as a diff of these files. `npx vitest run test/domain/golden.test.ts
 * -u` writes them again; read the diff before it is committed.
 */
test.each([
  ['rings', rings],
  ['soak', soak],
  ['nights', nights],
  ['trouble', trouble],
  ['joiners', joiners],
  ['freeze', freeze],
  ['approval', approval],
  ['stop', stop],
  ['two-at-one-server', twoAtOneServer],
] as const)('the campaign of %s goes as it always has', async (name, story) => {
  await expect(await story()).toMatchFileSnapshot(`golden/${name}.txt`);
});
