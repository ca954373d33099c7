import { type Blocker, blockerClass, fingerprint, type ServiceBlocker } from '../observation/blocker.ts';
import { blockerClasses, type CampaignPolicy, type LadderStep, type ProductRules } from '../rules/policy.ts';
import { ladderOf } from '../rules/rule-cases.ts';
import type { Procedure, Remediation } from './procedure.ts';

/** A step of the ladder that changes something on the client, and the blocker it is for. */
export type Escalation =
  | { readonly procedure: Remediation; readonly target: ServiceBlocker }
  | { readonly procedure: 'replaceAtRestart'; readonly target: Blocker };

/**
 * The steps of the ladders that apply to these blockers, in their order: first those for services,
 * then those for programs and files. Only a service that the product profile lists is ever
 * relocated. On route `push` files can also be replaced at a restart, whatever has them open until
 * then; so every ladder that is concerned must have that step.
 */
export function escalationsOf(
  product: ProductRules,
  policy: Pick<CampaignPolicy, 'ladder' | 'ladders'>,
  blockers: readonly Blocker[],
): readonly Escalation[] {
  const present = blockerClasses.filter((each) => blockers.some((blocker) => blockerClass(blocker) === each));
  const ladders = present.map((each) => ladderOf(policy, each));
  const isForAll = (step: LadderStep): boolean => ladders.every((ladder) => ladder.includes(step));
  const movable = relocatableIn(product, blockers);
  const first = product.route === 'push' && isForAll('replaceAtRestart') ? blockers[0] : undefined;
  const found = present.flatMap((each, index) =>
    (ladders[index] ?? []).flatMap((step): Escalation[] => {
      switch (step) {
        case 'workaround':
        case 'relocation':
          return movable === undefined || each !== 'service' ? [] : [{ procedure: step, target: movable }];
        case 'replaceAtRestart':
          return first === undefined ? [] : [{ procedure: step, target: first }];
        case 'wait':
        case 'notify':
          return [];
      }
    }),
  );
  const procedures = found.map(({ procedure }) => procedure);
  return found.filter(({ procedure }, index) => procedures.indexOf(procedure) === index);
}

/** The first of these blockers that is a service which the product profile can relocate. */
export const relocatableIn = (
  { relocatable }: ProductRules,
  blockers: readonly Blocker[],
): ServiceBlocker | undefined =>
  blockers.find(
    (blocker): blocker is ServiceBlocker =>
      blocker.kind === 'service' && Object.hasOwn(relocatable, blocker.service.toLowerCase()),
  );

/** The service of this step's procedure; '' = no service uses the files. */
export const serviceOf = ({ swap }: ProductRules, escalation: Escalation): string =>
  escalation.procedure === 'replaceAtRestart' ? (swap?.service ?? '') : escalation.target.service;

/** The name under which a memory keeps that this procedure has begun on this service. */
export const attemptAt = (procedure: Procedure, service: string): string =>
  `${procedure} of ${service.toLowerCase()}`;

/** The program or the file, for a sentence. */
export const nameOf = (blocker: Blocker): string =>
  blocker.kind === 'service' || blocker.kind === 'program' ? blocker.executable : fingerprint(blocker);
