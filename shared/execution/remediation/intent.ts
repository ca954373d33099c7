import type { Intent } from '../../domain/observation/observation.ts';
import type { Journal } from '../../domain/remediation/procedure.ts';
import { ok } from '../../errors.ts';
import type { StepContext } from '../command-context.ts';
import type { GatewayResult } from '../gateway.ts';
import { failed } from './service-control.ts';

/**
 * The intent that was read from the client before the step: null = none. Undefined = it was not
 * read.
 */
export type FoundIntent = Intent | null | undefined;

/** A journal that has its pre-image. */
export type RecordedJournal = Journal extends infer Each
  ? Each extends Journal
    ? Each & { readonly preImage: NonNullable<Each['preImage']> }
    : never
  : never;

export const isRecorded = (journal: Journal): journal is RecordedJournal => journal.preImage !== null;

/**
 * Writes the intent onto the client before a step runs, and verifies it by reading it back. It
 * names the step, so that the next driver knows where to go on.
 */
export async function writeIntent(
  context: StepContext,
  journal: RecordedJournal,
  found: FoundIntent,
): Promise<GatewayResult<void>> {
  const { gateway, change } = context;
  const intent = intentOf(context, journal);
  if (isSame(found ?? null, intent)) return ok(undefined);
  const written = await gateway.writeIntent(change, intent);
  if (!written.ok) return written;
  const back = await gateway.readIntent(change.target, change.signal);
  if (!back.ok) return back;
  return isSame(back.value, intent)
    ? ok(undefined)
    : failed('the intent could not be read back from the client');
}

/** Ends a procedure: nothing on the client says any longer that one is open. */
export const removeIntent = async (
  { gateway, change }: StepContext,
  found: FoundIntent,
): Promise<GatewayResult<void>> => (found === null ? ok(undefined) : gateway.writeIntent(change, null));

function intentOf({ rules: { campaign } }: StepContext, journal: RecordedJournal): Intent {
  const { direction, step } = journal;
  return { campaign, direction, step, kind: journal.procedure, preImage: journal.preImage } as Intent;
}

const isSame = (found: Intent | null, intent: Intent): boolean =>
  found?.kind === intent.kind &&
  found.step === intent.step &&
  found.direction === intent.direction &&
  fingerprint(found) === fingerprint(intent);

/** Tells pre-images apart by what can be lost: the hashes of the files before the procedure. */
const fingerprint = (intent: Intent): string =>
  'files' in intent.preImage
    ? intent.preImage.files.map(({ name, before, after }) => `${name} ${before} ${after}`).join()
    : intent.preImage.sha256;
