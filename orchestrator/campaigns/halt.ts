import {
  halt as decideHalt,
  type Halt,
  type HaltDecision,
  unhalt as decideUnhalt,
} from '../../shared/domain/campaign/halt.ts';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import type { ResumeRequest } from './transitions.ts';
import { sayingWhatHolds } from './not-recorded.ts';
import type { OrchestratorContext } from '../context.ts';
import type { Refusal } from '../refusal.ts';

/** Losing this often in a row against other people does not happen by chance. */
const triesAtMost = 20;

/** Halts every campaign at once: nothing new begins on any client; what was begun is finished. */
export const haltAll = (
  context: OrchestratorContext,
  who: string,
  reason: string,
): Promise<Result<Halt | null, Refusal>> =>
  sayingWhatHolds('the halt', () =>
    change(context, who, (present, at) => decideHalt(present, { by: who, because: reason, at })),
  );

/** Ends the halt: campaigns that ran run again, paused campaigns stay paused. */
export const unhaltAll = (
  context: OrchestratorContext,
  who: string,
  { override, reason }: ResumeRequest,
): Promise<Result<Halt | null, Refusal>> =>
  change(context, who, (present) => decideUnhalt(present, who, override, reason));

const nameOf = (halt: Halt | null): 'going' | 'halted' => (halt === null ? 'going' : 'halted');

/** Whether an audit entry that leads to this state is about a halt or its end. */
export const isHaltStep = (to: string): boolean => to === 'going' || to === 'halted';

async function change(
  { store, clock, log }: OrchestratorContext,
  who: string,
  decide: (present: Halt | null, at: number) => HaltDecision,
): Promise<Result<Halt | null, Refusal>> {
  for (let tries = 0; tries < triesAtMost; tries += 1) {
    const { version, halt: present } = await store.readHalt();
    const at = clock.now();
    const decision = decide(present, at);
    if (decision.kind === 'refused') {
      // Nothing to change. A shard may have missed the write that made it so: it is repeated there.
      await store.repairReplicas();
      return err(fault('halt.refused', decision.because));
    }
    const step = { from: nameOf(present), to: nameOf(decision.halt) };
    const { because } = decision;
    const audit = { at, campaign: '', client: null, who, ...step, because, evidence: null };
    if (!(await store.commitHalt(decision.halt, version, audit))) continue;
    log.info({ who, because }, step.to);
    return ok(decision.halt);
  }
  return err(fault('halt.busy', 'others halt and go on all the time; try again'));
}
