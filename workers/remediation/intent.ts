import type { Intent } from '../../shared/domain/observation/observation.ts';
import type { Journal } from '../../shared/domain/remediation/procedure.ts';
import { ok } from '../../shared/errors.ts';
import type { GatewayResult } from '../gateways/gateway.ts';
import { failed, type Runner } from './service-control.ts';

/** The intent names the step before it runs, so that whoever finds it knows where to go on. Written, and verified by reading it back. */
export async function announce(runner: Runner, journal: Recorded): Promise<GatewayResult<void>> {
  const { gateway, change, announced = null } = runner;
  const intent = intentOf(runner, journal);
  if (isSame(announced, intent)) return ok(undefined);
  const written = await gateway.writeIntent(change, intent);
  if (!written.ok) return written;
  const back = await gateway.readIntent(change.target, change.signal);
  if (!back.ok) return back;
  return isSame(back.value, intent)
    ? ok(undefined)
    : failed('the intent could not be read back from the client');
}

/** A journal that has its pre-image. */
export type Recorded = Journal extends infer Each
  ? Each extends Journal
    ? Each & { readonly preImage: NonNullable<Each['preImage']> }
    : never
  : never;

export const isRecorded = (journal: Journal): journal is Recorded => journal.preImage !== null;

function intentOf({ rules: { campaign } }: Runner, journal: Recorded): Intent {
  const { direction, step } = journal;
  return { campaign, direction, step, kind: journal.procedure, preImage: journal.preImage } as Intent;
}

/** The end of every procedure: nothing on the client says any more that one is open. */
export const takeIntentAway = async ({ gateway, change, announced }: Runner): Promise<GatewayResult<void>> =>
  announced === null ? ok(undefined) : gateway.writeIntent(change, null);

const isSame = (there: Intent | null, intent: Intent): boolean =>
  there?.kind === intent.kind &&
  there.step === intent.step &&
  there.direction === intent.direction &&
  fingerprint(there) === fingerprint(intent);

/** Tells pre-images apart by what can be lost: the hashes of the files as they were. */
const fingerprint = (intent: Intent): string =>
  'files' in intent.preImage
    ? intent.preImage.files.map(({ name, before, after }) => `${name} ${before} ${after}`).join()
    : intent.preImage.sha256;
