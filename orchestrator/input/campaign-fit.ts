import type { StepTimes } from '../../shared/domain/rules/fit.ts';
import { section } from '../../shared/input/fields.ts';
import { duration } from '../../shared/input/quantities.ts';
import type { Blame } from './campaign-criteria.ts';

const stepTime = () => duration(1000).optional();

/** How long each step takes, until enough durations were measured. */
export const fitSection = section({
  mark: stepTime(),
  update: stepTime(),
  restart: stepTime(),
  workaround: stepTime(),
  relocation: stepTime(),
  replaceAtRestart: stepTime(),
  swap: stepTime(),
}).optional();

/** A step fits into a window, or before a blackout: without both there is nothing to fit into. */
export function checkFit(value: Readonly<Record<string, unknown>>, blame: Blame): void {
  const isTimed = ['window', 'windows', 'blackouts'].some(
    (key) => value[key] !== undefined && value[key] !== null,
  );
  if (value['fit'] !== undefined && !isTimed)
    blame(['fit'], 'stands without window, windows and blackouts', 'one of them beside it');
}

/** The durations that the file names. */
export const toFit = (times: Readonly<Record<string, number | undefined>>): StepTimes =>
  Object.fromEntries(Object.entries(times).filter(([, ms]) => ms !== undefined));
