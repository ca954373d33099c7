import type { z } from 'zod';
import type { noticeLogAnswer, notifyTestAnswer, redeliveryAnswer } from '../../http/schemas/notify.ts';
import { many, safe, type View } from './view.ts';
import { wrapped } from './wrap.ts';

/** What each destination made of a test message. */
export const testLines = (view: View, { results }: z.infer<typeof notifyTestAnswer>): readonly string[] =>
  results.flatMap(({ destination, form, isDelivered, because }) =>
    wrapped(
      view,
      `${destination} (${form}): `,
      `${isDelivered ? 'delivered' : 'not delivered'}: ${because}`,
      isDelivered ? undefined : 'red',
    ),
  );

const outcomeWords = {
  delivered: 'delivered',
  failed: 'not delivered, tried again',
  gaveUp: 'given up',
  disabled: 'not sent',
} as const;

/** The lines of the destinations, then the newest tries. */
export function noticeLogLines(
  view: View,
  { destinations, deliveries }: z.infer<typeof noticeLogAnswer>,
): readonly string[] {
  const tries = deliveries.flatMap(({ message, title, destination, at, outcome, because }) =>
    wrapped(
      view,
      `${at} ${destination}: `,
      `${title ?? 'a message that is no longer kept'} (${message}): ${outcomeWords[outcome]}: ${because}`,
      outcome === 'delivered' ? undefined : 'yellow',
    ),
  );
  return [
    ...destinations.flatMap((each) => destinationLines(view, each)),
    '',
    ...(tries.length === 0
      ? [
          'No message was sent yet. Tests are not listed here: servpack notify test says at once what became of them.',
        ]
      : tries),
  ];
}

function destinationLines(
  view: View,
  { destination, form, waiting, head, disabled }: z.infer<typeof noticeLogAnswer>['destinations'][number],
): readonly string[] {
  const name = `${destination} (${form}): `;
  if (disabled !== null)
    return wrapped(
      view,
      name,
      `disabled: ${disabled}; enable it: servpack notify test ${destination}`,
      'red',
    );
  if (head === null) return wrapped(view, name, 'no message waits');
  const tried =
    head.tries === 0 ? '' : `, the first was tried ${many(head.tries, 'time')}, next at ${head.next}`;
  return wrapped(
    view,
    name,
    `${many(waiting, 'message')} ${waiting === 1 ? 'waits' : 'wait'}${tried}`,
    'yellow',
  );
}

export const redeliveryLines = (
  _view: View,
  { message, destinations }: z.infer<typeof redeliveryAnswer>,
): readonly string[] => [
  safe(
    destinations.length === 0
      ? `${message} went to no destination that the settings have; name one`
      : `${message} is delivered once more to ${destinations.join(', ')}`,
  ),
];
