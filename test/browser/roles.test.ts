import { expect, test } from 'vitest';
import { roles } from '../../orchestrator/http/contract/permissions.ts';
import { documentNow } from '../api/document-now.ts';
import { makeToken } from '../fixtures/tokens.ts';
import { openSignedIn, useBrowser } from './chromium.ts';
import { openScreen } from './screens.ts';
import { startMixed, useOrchestrator } from './world.ts';

const orchestrator = useOrchestrator(startMixed);
const browser = useBrowser();

/** Each control that changes something: where it is, and the operation of the API that it asks. */
const controls: readonly (readonly [path: string, says: string, button: string, operation: string])[] = [
  ['campaigns/sp4', 'lunch', 'Resume…', 'resumeCampaign'],
  ['campaigns/sp4', 'lunch', 'Retry…', 'retryCampaign'],
  ['campaigns/sp4', 'lunch', 'Abort…', 'abortCampaign'],
  ['campaigns/sp4', 'lunch', 'Halt everything…', 'halt'],
  ['campaigns/later', 'created', 'Start…', 'startCampaign'],
  ['campaigns/sp4?tab=audit', 'lunch', 'Verify the seal', 'verifyAudit'],
  ['clients/WAITING', 'Evidence', 'Skip…', 'skipClient'],
  ['clients/WAITING', 'Evidence', 'Save the proof', 'proveClient'],
];

/** Who may, as the document of the API says it. */
async function rolesOf(): Promise<ReadonlyMap<string, readonly string[]>> {
  const { paths } = await documentNow();
  return new Map(
    Object.values(paths)
      .flatMap((operations) => Object.values(operations))
      .map((operation) => [
        operation.operationId,
        (operation as unknown as Record<string, readonly string[]>)['x-servpack-role'] ?? [],
      ]),
  );
}

test.each(roles)(
  'as %s each control can be pressed, or says which roles may press it, as the API documents it',
  async (role) => {
    const mayDo = await rolesOf();
    const { body } = await orchestrator().ask('GET', '/v1/campaigns/sp4/clients?state=waiting&limit=1');
    const token = await makeToken(orchestrator(), `as-${role}`, { role });
    const visited = await openSignedIn(browser(), { ...orchestrator(), token });
    const { page, context } = visited;
    const wrong: unknown[] = [];
    for (const [path, says, name, operation] of controls) {
      await openScreen(visited, path.replace('WAITING', body.items[0].client), says);
      const button = page.getByRole('button', { name, exact: true }).first();
      await button.waitFor();
      const allowed = mayDo.get(operation) ?? [];
      const isOff = (await button.getAttribute('aria-disabled')) === 'true';
      const hint = isOff ? await button.getAttribute('title') : null;
      const isRight = allowed.includes(role)
        ? !isOff
        : isOff &&
          allowed.every((each) => hint?.includes(each) === true) &&
          hint?.endsWith(`you are ${role}.`);
      if (isRight !== true) wrong.push({ name, operation, allowed, isOff, hint });
      if (!isOff) continue;
      // It is no button that fails when it is pressed: nothing opens, and the API is not asked.
      await button.focus();
      await page.keyboard.press('Enter');
      expect(await page.getByRole('dialog').count()).toBe(0);
    }
    expect(wrong).toEqual([]);
    expect(visited.trouble).toEqual([]);
    await context.close();
  },
);
