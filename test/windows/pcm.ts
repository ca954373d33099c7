import { pcmService } from '../../orchestrator/simulation/machines/sms.ts';
import type { WindowsClient } from '../lab/windows/client.ts';
import { fileOf, imagesOf, registryOf, serviceOf } from '../lab/windows/truth.ts';

/**
 * The PCM service of a client, as the machine itself knows it. Paths are in upper case, for
 * Windows knows none in names.
 */
export const movedPcm = String.raw`C:\SMS_PCM\PCMSVC32.EXE`;
export const homePcm = ({ rules }: WindowsClient): string =>
  `${rules.componentDirectory}\\PCMSVC32.EXE`.toUpperCase();

/** Everything of its settings that a relocation must leave as it is. */
export async function keptSettings(client: WindowsClient) {
  const { ObjectName, Start, DependOnService, FailureActions } = (await serviceOf(client, pcmService)) ?? {};
  const tracing = await registryOf(client, `HKLM\\Software\\Microsoft\\SMS\\Tracing\\${pcmService}`);
  return { ObjectName, Start, DependOnService, FailureActions, tracing };
}

/** From where it runs and where it is to run from; one process of it is the rule. */
export async function pcmOf(client: WindowsClient) {
  return {
    imagePath: (await serviceOf(client, pcmService))?.['ImagePath']?.replaceAll('"', '').toUpperCase(),
    runs: imagesOf(client)
      .map((image) => image.toUpperCase())
      .filter((image) => image.endsWith('PCMSVC32.EXE')),
  };
}

/** What stands on the client of an open procedure; null when none is. */
export const intentOn = (client: WindowsClient): string | null =>
  fileOf(client, String.raw`C:\windows\servpack\intent.json`);
