import type { CampaignDefinition, Client } from '../../shared/domain/campaign/definition.ts';
import { fitting, printWhere } from '../../shared/domain/campaign/where.ts';
import type {
  BlockerClass,
  CampaignPolicy,
  LadderStep,
  PersistencePolicy,
  RuleScope,
} from '../../shared/domain/rules/policy.ts';
import { exactSpan, spanInWords } from './duration-text.ts';

/** The ladder and the persistence of a campaign file in words. */

const stepWords: Readonly<Record<LadderStep, string>> = {
  wait: 'wait',
  notify: 'notify its users',
  workaround: 'set the service to manual and restart the client',
  relocation: 'relocate the service',
  replaceAtRestart: 'let Windows replace the files at its next start',
};

const classWords: Readonly<Record<BlockerClass, string>> = {
  service: 'services',
  program: 'programs',
  file: 'files that are open',
};

/** `on a blocked client: wait, then relocate the service (after 3 looks, 1 day or 1 restart)` */
export function ladderWords(policy: CampaignPolicy, clients?: readonly Client[]): string {
  const { ladder, ladders = [], persistence, persistences, structural } = policy;
  const says = stepsInWords(policy, ladder);
  const cases = ladders.map((each) => `${scopeWords(each, clients)}: ${stepsInWords(policy, each.steps)}`);
  const all = isWholly(ladders) ? cases : [...cases, cases.length === 0 ? says : `otherwise: ${says}`];
  const words = `on a blocked client: ${all.join('; ')}`;
  const isEscalated = [ladder, ...ladders.map(({ steps }) => steps)].some(escalates);
  if (!isEscalated) return cases.length === 0 ? `${words}, and nothing more` : words;
  const atOnce = structural === 'atOnce' ? 'a service that starts by itself: at once' : '';
  const when = persistences === undefined ? [`after ${limitWords(persistence)}`] : [];
  const added = [...when, ...(atOnce === '' ? [] : [atOnce])];
  return added.length === 0 ? words : `${words} (${added.join('; ')})`;
}

const escalates = (steps: readonly LadderStep[]): boolean =>
  steps.some((step) => step !== 'wait' && step !== 'notify');

/** Says when a blocker persists, where that differs by class or client; null = it does not. */
export function persistenceWords(policy: CampaignPolicy, clients?: readonly Client[]): string | null {
  const { persistence, persistences } = policy;
  if (persistences === undefined) return null;
  const cases = persistences.map(
    (each) => `${scopeWords(each, clients)}: after ${limitWords(each.persistence)}`,
  );
  const all = isWholly(persistences) ? cases : [...cases, `otherwise: after ${limitWords(persistence)}`];
  return `waiting no longer helps: ${all.join('; ')}`;
}

/** Is there a case for everything, so that the rule for all others holds for nothing? */
const isWholly = (cases: readonly RuleScope[]): boolean => {
  const everywhere = cases.filter(({ where }) => where === undefined).map((each) => each.class);
  return everywhere.includes(undefined) || new Set(everywhere).size === Object.keys(classWords).length;
};

function stepsInWords({ noticeMs }: CampaignPolicy, steps: readonly LadderStep[]): string {
  return steps
    .map((step) =>
      step === 'notify' ? `${stepWords.notify} ${spanInWords(noticeMs)} before` : stepWords[step],
    )
    .join(', then ');
}

function scopeWords({ where, class: only }: RuleScope, clients?: readonly Client[]): string {
  const what = only === undefined ? [] : [classWords[only]];
  if (where === undefined) return what.join('') || 'otherwise';
  const found = clients?.filter(fitting(where)).length;
  const many = found === undefined ? '' : ` (${found} ${found === 1 ? 'client' : 'clients'})`;
  return [...what, `where ${printWhere(where)}${many}`].join(' ');
}

const limitWords = ({ looks, afterMs, restarts, minGapMs }: PersistencePolicy): string =>
  `${looks} looks at least ${exactSpan(minGapMs)} apart, ${exactSpan(afterMs)} or ${restarts} ${restarts === 1 ? 'restart' : 'restarts'}`;

/** Warns of cases whose `where` fits no selected client: a sentence each. */
export const caseWarnings = ({ policy }: CampaignDefinition, clients: readonly Client[]): readonly string[] =>
  (['ladder', 'persistence'] as const).flatMap(
    (key) =>
      (key === 'ladder' ? policy.ladders : (policy.persistences ?? []))?.flatMap(({ where }, index) =>
        where === undefined || clients.some(fitting(where))
          ? []
          : [
              `${key}: case ${index + 1} (where ${printWhere(where)}) fits no selected client; it has no effect now`,
            ],
      ) ?? [],
  );
