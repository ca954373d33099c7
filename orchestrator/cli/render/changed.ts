import type { z } from 'zod';
import type { changedAnswer } from '../../http/schemas/campaigns.ts';
import { haltedLine } from './status.ts';
import { safe, type View } from './view.ts';
import { wrapped } from './wrap.ts';
import { releaseCommand } from '../../views/actions.ts';

const changeWord: Partial<Record<string, string>> = {
  waitingForRelease: 'waits for its release',
  scheduled: 'waits for its start time',
};

/** How a campaign stands after a command that changed it. */
export function changedLines(view: View, changed: z.infer<typeof changedAnswer>): readonly string[] {
  const { campaign, status, because, held, halted } = changed;
  const word = changeWord[status] ?? `is ${status}`;
  return [
    ...haltedLine(view, halted),
    safe(`Campaign ${campaign} ${word}: ${because}`),
    ...(halted !== null
      ? ['Nothing starts in it until you run: servpack unhalt']
      : status === 'running'
        ? [safe(`Follow: servpack campaign watch ${campaign}`)]
        : []),
    ...(held.length === 0
      ? []
      : wrapped(
          view,
          `Nothing new starts on clients of ${held.join(', ')} until you run: `,
          releaseCommand(campaign, held),
        )),
  ];
}
