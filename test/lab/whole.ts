import { InvalidArgumentError } from 'commander';

/** Parses an option's value: a whole number within these bounds. */
export const whole =
  (least: number, most: number): ((text: string) => number) =>
  (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}`);
  };
