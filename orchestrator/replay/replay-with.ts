import { usualApprovalMs } from '../simulation/assumed.ts';
import { ok, type Result } from '../../shared/errors.ts';
import type { CampaignText } from '../background/results.ts';
import { counted } from '../domain/counted.ts';
import type { Refusal } from '../refusal.ts';
import { spanInWords } from '../views/duration-text.ts';
import { type OtherReplay, replayAgain, type ReplayAnswer, shownSide } from './answer.ts';
import type { History } from './history.ts';
import { readOtherFile } from './other-file.ts';
import { FollowedHistory, type Otherwise, runOtherwise } from './other-policy.ts';
import type { Side } from './side.ts';
import { differencesInWords } from './side-words.ts';

/**
 * Makes every decision of a campaign again, and, where another file is named, says what its policy
 * would have done with what the clients did.
 */
export async function replayWith(
  history: History,
  input: CampaignText | null,
): Promise<Result<ReplayAnswer, Refusal>> {
  const followed = new FollowedHistory();
  const { side, ...answer } = replayAgain(history, followed);
  if (input === null) return ok(answer);
  const file = await readOtherFile(history, input);
  if (!file.ok) return file;
  if (file.value.isSamePolicy) return ok({ ...answer, other: samePolicy(input.file) });
  const own = await runOtherwise(history, followed, history.campaign.definition);
  if (!own.ok) return own;
  const other = await runOtherwise(history, followed, file.value.definition);
  if (!other.ok) return other;
  const facts = { history, followed, recorded: side, own: own.value, other: other.value };
  return ok({ ...answer, other: otherReplay(input.file, facts) });
}

const samePolicy = (file: string): OtherReplay => ({
  file,
  isSamePolicy: true,
  own: null,
  side: null,
  differences: [],
  fit: [],
  looks: { asked: 0, nearby: 0, unknown: 0 },
  unknownClients: 0,
  assumptions: [],
});

interface Facts {
  readonly history: History;
  readonly followed: FollowedHistory;
  readonly recorded: Side;
  readonly own: Otherwise;
  readonly other: Otherwise;
}

function otherReplay(file: string, facts: Facts): OtherReplay {
  const { recorded, own, other } = facts;
  return {
    file,
    isSamePolicy: false,
    own: shownSide(own.side, own.because),
    side: shownSide(other.side, other.because),
    differences: differencesInWords(own.side, other.side),
    fit: differencesInWords(recorded, own.side),
    looks: other.looks,
    unknownClients: other.unknownClients,
    assumptions: assumptionsOf(facts),
  };
}

function assumptionsOf({ history, followed, other }: Facts): readonly string[] {
  const { definition, members } = history.campaign;
  const asks =
    definition.approvals !== undefined || definition.waves.some(({ gate }) => gate.approval === true);
  const joined = history.items.filter(
    (item) => item.kind === 'entry' && item.entry.client !== null && item.entry.from === 'outside',
  ).length;
  return [
    'workers are never short, no other campaign runs, and nothing is halted',
    ...(followed.people.length === 0
      ? []
      : [
          `${counted(followed.people.length, 'request')} of people to pause, resume, hold or abort are made at the same moments`,
        ]),
    ...(asks
      ? [
          followed.approvalMs === null
            ? `each approval is given ${spanInWords(usualApprovalMs)} after it is asked for`
            : `each approval is given ${spanInWords(followed.approvalMs)} after it is asked for, as in the middle of this campaign`,
        ]
      : []),
    ...(followed.edits === 0
      ? []
      : [`each file holds from the start: ${counted(followed.edits, 'edit')} of the campaign are left out`]),
    ...(joined === 0 && members === undefined
      ? []
      : [`${counted(joined, 'client')} that joined later are there from the start`]),
    ...(other.leftOut === 0
      ? []
      : [`the file selects ${counted(other.leftOut, 'client')} of the campaign for no wave`]),
  ];
}
