import type { z } from 'zod';
import type { changedAnswer } from '../../http/schemas/campaigns.ts';
import { haltedLine } from './status.ts';
import { safe, type View } from './view.ts';

const changeWord: Partial<Record<string, string>> = {
  waitingForRelease: 'waits for its release',
  scheduled: 'waits for its start time',
};

/** How a campaign stands after a command that changed it. */
export function changedLines(view: View, changed: z.infer<typeof changedAnswer>): readonly string[] {
  const { campaign, status, because, halted } = changed;
  const word = changeWord[status] ?? `is ${status}`;
  return [
    ...haltedLine(view, halted),
    safe(`Campaign ${campaign} ${word}: ${because}`),
    ...(halted !== null
      ? ['Nothing starts in it until you run: servpack unhalt']
      : status === 'running'
        ? [safe(`Follow: servpack campaign watch ${campaign}`)]
        : []),
  ];
}
