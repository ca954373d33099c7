import type { z } from 'zod';
import type { changedAnswer } from '../../http/schemas/campaigns.ts';
import { statusClause } from '../../../shared/domain/campaign/status-words.ts';
import { haltedLine } from './status.ts';
import { safe, type View } from './view.ts';
import { wrapped } from './wrap.ts';
import { releaseCommand } from '../../views/actions.ts';

/** How a campaign stands after a command that changed it. */
export function changedLines(view: View, changed: z.infer<typeof changedAnswer>): readonly string[] {
  const { campaign, status, because, held, halted } = changed;
  return [
    ...haltedLine(view, halted),
    safe(`Campaign ${campaign} ${statusClause[status]}: ${because}`),
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
