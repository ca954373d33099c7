import type { StopRule } from '../../shared/domain/campaign/stop.ts';
import { stopActions } from '../../shared/domain/campaign/stop.ts';
import { factKinds } from '../../shared/domain/outcome/facts.ts';
import { across, count, list, oneOf, section } from '../../shared/input/fields.ts';
import { duration } from '../../shared/input/quantities.ts';
import { percent } from './campaign-gates.ts';

/** `stop`: what pauses or aborts the campaign, or halts everything, by itself. */

const kinds = factKinds.filter((kind) => kind !== 'tried');

/** Newer troubles than these are not read by their causes. */
const sameCauseAtMost = 500;
const usualMinSample = 10;

const example =
  '{ on: failed, percent: 10 %, within: 60m, do: pause } or { sameCause: 5, on: failed, within: 30m, do: pause }';

const ruleSection = across(
  section({
    on: oneOf(...kinds).optional(),
    percent: percent().optional(),
    minSample: count(1, 1_000_000).optional(),
    sameCause: count(2, sameCauseAtMost).optional(),
    within: duration(1_000),
    do: oneOf(...stopActions),
  }),
  (value, blame) => {
    const given = (['percent', 'minSample'] as const).filter((key) => value[key] !== undefined);
    const [first] = given;
    if (value.sameCause !== undefined && value.on !== undefined && value.on !== 'failed')
      return blame(['on'], `is ${value.on} beside sameCause`, 'failed, or a rule of its own');
    if (value.sameCause !== undefined && first !== undefined)
      return blame([first], 'stands beside sameCause', 'a rule of its own');
    if (value.sameCause !== undefined) return;
    if (value.on === undefined) blame([], 'counts nothing', example);
    else if (value.percent === undefined) blame([], `has no percent for ${value.on}`, example);
    if (value.percent === 100) blame(['percent'], 'is 100 %, which nothing exceeds', 'less than 100 %');
  },
);

/** A list without a rule would stop nothing. */
export const stopSection = across(list(ruleSection, `a list of rules such as ${example}`), (value, blame) => {
  if (value.length === 0) blame([], 'has no rule', example);
}).optional();

export const toStop = (
  rules: NonNullable<ReturnType<typeof stopSection.parse>> | undefined,
): { readonly stop?: readonly StopRule[] } => (rules === undefined ? {} : { stop: rules.map(toRule) });

function toRule({
  on,
  percent: share = 0,
  minSample = usualMinSample,
  sameCause,
  within: withinMs,
  do: does,
}: NonNullable<ReturnType<typeof stopSection.parse>>[number]): StopRule {
  if (sameCause !== undefined) return { sameCause, ...(on === 'failed' ? { on } : {}), withinMs, does };
  return { on: on ?? 'failed', percent: share, minSample, withinMs, does };
}
