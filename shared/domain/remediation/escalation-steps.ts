import { type Blocker, fingerprint, type ServiceBlocker } from '../observation/blocker.ts';
import type { LadderStep, ProductRules } from '../rules/policy.ts';
import type { Procedure, Remediation } from './procedure.ts';

/** A step of the ladder that changes something on the client, and the blocker that it gets past. */
export type Escalation =
  | { readonly procedure: Remediation; readonly target: ServiceBlocker }
  | { readonly procedure: 'replaceAtRestart'; readonly target: Blocker };

/**
 * What the ladder has for these blockers, in its order. Only a service that the product profile knows how to move is ever moved. Files
 * that servpack brings itself (route `push`) can also be replaced at a restart, whoever holds them until then.
 */
export function escalationsOf(
  product: ProductRules,
  ladder: readonly LadderStep[],
  blockers: readonly Blocker[],
): readonly Escalation[] {
  const movable = relocatableIn(product, blockers);
  const first = product.route === 'push' ? blockers[0] : undefined;
  return ladder.flatMap((step): Escalation[] => {
    switch (step) {
      case 'workaround':
      case 'relocation':
        return movable === undefined ? [] : [{ procedure: step, target: movable }];
      case 'replaceAtRestart':
        return first === undefined ? [] : [{ procedure: step, target: first }];
      case 'wait':
      case 'notify':
        return [];
    }
  });
}

/** The first service among the blockers that the product profile knows how to move. */
export const relocatableIn = (
  { relocatable }: ProductRules,
  blockers: readonly Blocker[],
): ServiceBlocker | undefined =>
  blockers.find(
    (blocker): blocker is ServiceBlocker =>
      blocker.kind === 'service' && Object.hasOwn(relocatable, blocker.service.toLowerCase()),
  );

/** The service that a procedure of this step belongs to; '' where no service holds the files. */
export const serviceOf = ({ swap }: ProductRules, escalation: Escalation): string =>
  escalation.procedure === 'replaceAtRestart' ? (swap?.service ?? '') : escalation.target.service;

/** How a procedure that was begun on a service is remembered. */
export const attemptAt = (procedure: Procedure, service: string): string =>
  `${procedure} of ${service.toLowerCase()}`;

/** The service, the program or the file, for a sentence. */
export const nameOf = (blocker: Blocker): string =>
  blocker.kind === 'service' || blocker.kind === 'program' ? blocker.executable : fingerprint(blocker);
