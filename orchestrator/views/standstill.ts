import { missingWord, startingCommand, type MissingProcess } from './missing-processes.ts';
import { removalOf } from './removing.ts';
import type { WhyContext } from './why-context.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';

/** What stops a client and is no decision of its campaign, as its status names it, too. */

/** Where the client of the answer stands. */
export type Standing = 'notAdmitted' | 'admitted';

/** The missing processes without which nothing more happens to a client that has not finished. */
export function missingFor(
  { campaign, missing = [] }: Pick<WhyContext, 'campaign' | 'missing'>,
  standing: Standing,
): readonly MissingProcess[] {
  const { status } = campaign.state;
  if (status === 'created' || status === 'ended') return [];
  // Nothing is done on a client that waits until its campaign runs.
  const needsWorker = standing === 'admitted' || status === 'running';
  return missing.filter(({ process }) => process === 'leader' || needsWorker);
}

/** `no worker runs`, as a part of a sentence; null = all that the client needs runs. */
export function untilRunning(missing: readonly MissingProcess[]): string | null {
  const words = missing.map(({ process }) =>
    process === 'worker' ? 'a worker runs' : 'an orchestrator leads',
  );
  return words.length === 0 ? null : words.join(' and ');
}

/** Why no client is admitted, even where slots are free; null = an orchestrator leads. */
export const withoutLeader = (context: WhyContext): string | null =>
  missingFor(context, 'notAdmitted').some(({ process }) => process === 'leader')
    ? 'no orchestrator leads, so no client is admitted'
    : null;

/** The commands that start what is missing. */
export const startCommands = (missing: readonly MissingProcess[]): readonly string[] =>
  missing.map(({ process }) => startingCommand[process]);

/** Everything of this kind that stops the client, a sentence each, the worst first. */
export function standstillRemarks(context: WhyContext, standing: Standing): readonly string[] {
  const { campaign, failures = [], withdrawn = null } = context;
  const removal = removalOf(campaign);
  return [
    ...missingFor(context, standing).map(missingSentence),
    ...failures.map(
      ({ because, since }) => `THE LEADER FAILS at this campaign since ${isoOf(since)}: ${because}`,
    ),
    ...(removal === null
      ? []
      : [
          `the campaign is being ${removal.kind === 'delete' ? 'deleted' : 'archived'} by ${removal.by} since ${removal.at}: ${removal.because}`,
        ]),
    ...(withdrawn === null
      ? []
      : [
          `release ${campaign.definition.release} was withdrawn by ${withdrawn.by} at ${isoOf(withdrawn.at)}: ${withdrawn.because}`,
        ]),
  ];
}

const missingSentence = ({ process, since }: MissingProcess): string =>
  `${missingWord[process]}${since === null ? '' : ` since ${isoOf(since)}`}: ${withoutIt[process]}`;

const withoutIt = {
  worker: 'nothing is done on any client',
  leader: 'no client is admitted, and nothing that is overdue is begun again',
} as const;
