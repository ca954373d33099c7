import { clientOfStep, entryOfStep, type MemberStep } from '../../member-changes.ts';
import type { AuditEntry, WaitingClient } from '../../types.ts';
import { auditFields } from '../audit/audit.ts';
import { list, named, scriptFile } from '../core/scripts.ts';
import type { Shard } from '../core/shard.ts';
import { memberText } from './campaigns.ts';

const changeMembersScript = scriptFile(import.meta.url, 'change-members.lua');

/** The positions of the clients that a campaign was created with are below this number. */
const positionsPerVersion = 1_000_000_000;

interface PieceOfChange {
  /** Of the campaign. */
  readonly version: number;
  /** The number of the first step among all steps of the change. */
  readonly first: number;
  /** The entry of the whole change. */
  readonly audit: AuditEntry;
}

/**
 * Makes steps on clients of one shard, while the shard has this version of the campaign.
 * @returns whether each step was made; null when the shard has another version
 */
export async function changeMembersIn(
  { run }: Shard,
  { version, first, audit }: PieceOfChange,
  steps: readonly MemberStep[],
): Promise<readonly boolean[] | null> {
  const { campaign } = audit;
  // Clients that join come after all that joined before.
  const position = version * positionsPerVersion + first;
  const made = (await run(
    changeMembersScript,
    named({ campaign, version, position, steps: steps.length }),
    ...steps.flatMap((step) => [
      clientOfStep(step),
      textOf(step.from),
      textOf(step.to),
      ...list(auditFields(entryOfStep(step, audit), null)),
    ]),
  )) as readonly number[] | null;
  return made?.map((each) => each === 1) ?? null;
}

const textOf = (pick: WaitingClient | null): string => (pick === null ? '' : memberText(pick));
