import {
  halt as decideHalt,
  type Halt,
  type HaltDecision,
  unhalt as decideUnhalt,
} from '../../shared/domain/campaign/halt.ts';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import type { LetGo } from './transitions.ts';
import type { OrchestratorContext } from '../context.ts';
import type { Refusal } from '../refusal.ts';

/** Losing this often against other people in a row does not happen by chance. */
const triesAtMost = 20;

/** Holds every campaign at once: nothing begins on any client any more; what was begun is finished. */
export const haltAll = (
  context: OrchestratorContext,
  who: string,
  reason: string,
): Promise<Result<Halt | null, Refusal>> =>
  change(context, who, (present, at) => decideHalt(present, { by: who, because: reason, at }));

/** Lets them go on: who ran runs again, who is paused stays so. */
export const unhaltAll = (
  context: OrchestratorContext,
  who: string,
  { override, reason }: LetGo,
): Promise<Result<Halt | null, Refusal>> =>
  change(context, who, (present) => decideUnhalt(present, who, override, reason));

const nameOf = (halt: Halt | null): 'going' | 'halted' => (halt === null ? 'going' : 'halted');

/** Does an entry of the audit that leads there tell of a halt, or of its end? */
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
      // It is so already; but a shard may have been away when it was made so.
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
