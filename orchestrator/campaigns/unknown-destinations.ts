import type { CampaignDefinition } from '../../shared/domain/campaign/definition.ts';
import { keyText } from '../../shared/input/input-fault.ts';
import type { OrchestratorContext } from '../context.ts';
import { destinationNames } from '../notify/settings.ts';
import { badFile, type Refusal } from '../refusal.ts';

/**
 * Refuses a campaign whose messages would go nowhere: the settings have no such destination.
 * @param known names that the campaign had before: an edit need not mend them
 */
export function refuseUnknownDestinations(
  { notifier }: Pick<OrchestratorContext, 'notifier'>,
  file: string,
  lineOf: (path: readonly (string | number)[]) => number,
  { notify }: CampaignDefinition,
  known: readonly string[] = [],
): Refusal | null {
  const names = notifier === undefined ? [] : destinationNames(notifier.settings);
  const expected =
    names.length === 0
      ? 'no destination, because SERVPACK_NOTIFY is not set'
      : `one of ${names.join(', ')}, from the file of SERVPACK_NOTIFY`;
  const faults = (notify?.to ?? []).flatMap((name, at) => {
    if (names.includes(name) || known.includes(name)) return [];
    const path = ['notify', 'to', at];
    return [{ file, line: lineOf(path), key: keyText(path), wrong: `is ${name}`, expected }];
  });
  return faults.length === 0 ? null : badFile(file, faults);
}
