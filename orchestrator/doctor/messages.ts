import { counted } from '../domain/counted.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import {
  deliveriesKept,
  type DeliveryEntry,
  type NoticeLine,
  type NoticeStore,
} from '../../shared/store/notice-store.ts';
import type { OrchestratorContext } from '../context.ts';
import { destinationNames } from '../notify/settings.ts';
import { type Check, fine, warning } from './check.ts';

/**
 * Says whether the file of the settings can be used, and of each destination what became of its
 * last message. It is well only where that one was delivered, or none was sent yet. Says nothing
 * where servpack notifies nobody.
 */
export async function checkMessages({
  notifier,
  store,
}: {
  readonly notifier?: OrchestratorContext['notifier'];
  readonly store: Pick<NoticeStore, 'disabledDestinations' | 'noticeLines' | 'deliveries'>;
}): Promise<readonly Check[]> {
  if (notifier === undefined) return [];
  const disabled = await store.disabledDestinations();
  const lines = new Map((await store.noticeLines()).map((line) => [line.destination, line]));
  const tries = await store.deliveries(deliveriesKept);
  const reached: string[] = [];
  const unused: string[] = [];
  const found: Check[] = [];
  for (const name of destinationNames(notifier.settings)) {
    // What is said of a disabled destination is said above; it is no try.
    const last = tries.find((each) => each.destination === name && each.outcome !== 'disabled');
    const trouble = troubleOf(name, disabled.get(name), lines.get(name), last);
    if (trouble !== null) found.push(trouble);
    else (last === undefined ? unused : reached).push(name);
  }
  return [...fileChecks(notifier.file?.trouble ?? null), ...found, ...wellChecks(reached, unused)];
}

/** What keeps a destination from its messages; null = nothing that is known. */
function troubleOf(
  name: string,
  disabled: string | undefined,
  line: NoticeLine | undefined,
  last: DeliveryEntry | undefined,
): Check | null {
  const unheard = 'the people behind it hear of nothing';
  const log = 'servpack notify log says more; try it out: servpack notify test';
  if (disabled !== undefined)
    return warning(
      'servpack',
      `destination ${name} is disabled: ${disabled}`,
      unheard,
      `servpack notify test ${name}`,
    );
  const because = last === undefined || last.outcome === 'delivered' ? '' : `: ${last.because}`;
  if (line !== undefined && line.tries > 0) {
    const waits = `${counted(line.waiting, 'message')} ${line.waiting === 1 ? 'waits' : 'wait'} for destination ${name}`;
    const says = `${waits}, tried ${counted(line.tries, 'time')} in vain since ${isoOf(line.firstAt)}${because}`;
    return warning('servpack', says, unheard, `${log} ${name}`);
  }
  if (last?.outcome !== 'gaveUp') return null;
  const says = `destination ${name} did not get its last message, given up at ${isoOf(last.at)}${because}`;
  return warning('servpack', says, unheard, `${log} ${name}`);
}

const wellChecks = (reached: readonly string[], unused: readonly string[]): readonly Check[] => [
  ...(reached.length === 0
    ? []
    : [fine('servpack', `the last message to ${reached.join(', ')} was delivered`)]),
  ...(unused.length === 0
    ? []
    : [
        fine(
          'servpack',
          `no message to ${unused.join(', ')} was tried yet, so it is not known whether one arrives (servpack notify test)`,
        ),
      ]),
];

const fileChecks = (trouble: string | null): readonly Check[] =>
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
