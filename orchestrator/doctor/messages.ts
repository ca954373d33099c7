import { isoOf } from '../../shared/domain/time/iso-time.ts';
import type { OrchestratorContext } from '../context.ts';
import { destinationNames } from '../notify/settings.ts';
import { type Check, fine, warning } from './check.ts';

/** Real time. A receiver that restarts is back earlier. */
const awayAfterMs = 15 * 60_000;

/**
 * Says whether the file of the settings can be used, and which destinations get no messages:
 * disabled ones, and those whose oldest message was tried in vain for 15 minutes. Says nothing
 * where servpack notifies nobody.
 * @param now real time in milliseconds
 */
export async function checkMessages(
  { notifier, store }: Pick<OrchestratorContext, 'notifier' | 'store'>,
  now: number,
): Promise<readonly Check[]> {
  if (notifier === undefined) return [];
  const names = destinationNames(notifier.settings);
  const disabled = await store.disabledDestinations();
  const unheard = 'the people behind it hear of nothing';
  const off = names.flatMap((name) => {
    const why = disabled.get(name);
    if (why === undefined) return [];
    return [
      warning('servpack', `destination ${name} is disabled: ${why}`, unheard, `servpack notify test ${name}`),
    ];
  });
  const away = (await store.noticeLines())
    .filter(({ firstAt }) => firstAt !== 0 && now > firstAt + awayAfterMs)
    .map(({ destination, waiting, firstAt }) =>
      warning(
        'servpack',
        `${waiting} ${waiting === 1 ? 'message waits' : 'messages wait'} for destination ${destination}, tried in vain since ${isoOf(firstAt)}`,
        unheard,
        'servpack notify log',
      ),
    );
  const trouble = notifier.file?.trouble ?? null;
  const file =
    trouble === null
      ? []
      : [
          warning(
            'servpack',
            `the settings of messages stay as they were: ${trouble}`,
            'what was written there is not in force',
            'correct the file; it is read again within 10 s',
          ),
        ];
  const all = [...file, ...off, ...away];
  return all.length > 0 ? all : [fine('servpack', `messages reach ${names.join(', ')}`)];
}
