import type { z } from 'zod';
import type { changedAnswer } from '../../http/schemas/campaigns.ts';
import { statusClause } from '../../../shared/domain/campaign/status-words.ts';
import { haltedLine } from './status.ts';
import { many, safe, type View } from './view.ts';
import { wrapped } from './wrap.ts';
import { releaseCommand } from '../../views/release-command.ts';

/**
 * How a campaign stands after a command that changed it.
 * @param started the number of its clients, after a start
 * @param next what follows, and the way back
 */
export function changedLines(
  view: View,
  changed: z.infer<typeof changedAnswer>,
  started: number | null = null,
  next = nextLines(changed),
): readonly string[] {
  const { campaign, status, because, held, halted } = changed;
  return [
    ...haltedLine(view, halted),
    safe(
      started !== null && status === 'running'
        ? `Started ${campaign} (${many(started, 'client')})`
        : `Campaign ${campaign} ${statusClause[status]}: ${because}`,
    ),
    ...(halted !== null ? ['Nothing starts in it until you run: servpack unhalt'] : next),
    ...untilReleased(view, campaign, held),
  ];
}

/** How a campaign stands after a pause. A start that is paused is resumed, and keeps its time. */
export function pausedLines(view: View, changed: z.infer<typeof changedAnswer>): readonly string[] {
  const { campaign, status } = changed;
  if (status === 'paused') return changedLines(view, changed);
  return changedLines(view, changed, null, [
    'The campaign does not start before it is resumed.',
    safe(`Undo: ${resumeCommand(campaign)}`),
  ]);
}

/**
 * How a campaign stands after a hold began or ended on a logon server: a pause of the campaign is
 * another thing, and stays.
 */
export function heldLines(view: View, changed: z.infer<typeof changedAnswer>): readonly string[] {
  const { campaign, status, because, held, halted } = changed;
  const resume = wrapped(
    view,
    'Nothing new starts on any of its clients until you run: ',
    resumeCommand(campaign),
  );
  return [
    ...haltedLine(view, halted),
    safe(`Campaign ${campaign} ${statusClause[status]}; ${because}`),
    ...(halted === null ? [] : ['Nothing starts in it until you run: servpack unhalt']),
    ...(status === 'paused' ? resume : []),
    ...(halted === null && status === 'running' ? nextLines(changed) : []),
    ...untilReleased(view, campaign, held),
  ];
}

const resumeCommand = (campaign: string): string => `servpack campaign resume ${campaign}`;

const untilReleased = (view: View, campaign: string, held: readonly string[]): readonly string[] =>
  held.length === 0
    ? []
    : wrapped(
        view,
        `Nothing new starts on clients of ${held.join(', ')} until you run: `,
        releaseCommand(campaign, held),
      );

/** What follows from the change, and how a person takes it back. */
function nextLines({ campaign, status }: z.infer<typeof changedAnswer>): readonly string[] {
  switch (status) {
    case 'running':
      return [safe(`Follow: servpack campaign watch ${campaign}`)];
    case 'paused':
      return [
        'Nothing new starts on its clients; work in progress is completed.',
        safe(`Undo: ${resumeCommand(campaign)}`),
      ];
    case 'scheduled':
    case 'waitingForRelease':
      return [safe(`Undo: servpack campaign unschedule ${campaign} --reason TEXT`)];
    case 'created':
    case 'ended':
    case 'aborted':
      return [];
  }
}
